import Recorder

/// Compares a line of a bundle with what its parts and bodies say.
enum LineComparison {
    /// What another version may count otherwise, or what depends on where the exchange lies.
    private static let free: Set<String> = ["cost_usd", "bundle"]

    /// Finds a member that both lines have, with different values.
    ///
    /// - Returns: what differs, in words; `nil` when nothing does.
    static func firstDifference(_ line: [UInt8], _ derived: [UInt8]) -> String? {
        JSONValue.read(line) { said in
            JSONValue.read(derived) { found in difference(said, found, "") }
        }
    }

    private static func difference(_ said: JSONValue, _ found: JSONValue, _ place: String) -> String? {
        switch (said.kind, found.kind) {
        case (.object, .object):
            let members = found.members
            for (name, value) in said.members.sorted(by: { $0.key < $1.key }) {
                guard !free.contains(name), let other = members[name] else { continue }
                if let difference = difference(value, other, place.isEmpty ? name : "\(place).\(name)") {
                    return difference
                }
            }
            return nil
        case (.array, .array):
            var elements: [JSONValue] = []
            found.forEachElement {
                elements.append($0)
                return true
            }
            var index = 0
            var result: String?
            said.forEachElement { value in
                guard index < elements.count else { return false }
                result = difference(value, elements[index], "\(place)[\(index)]")
                index += 1
                return result == nil
            }
            if let result { return result }
            return index == elements.count ? nil : "\(place) has more or fewer elements than it should"
        default:
            return isSame(said, found) ? nil : "\(place) is \(text(said)), its parts and bodies say \(text(found))"
        }
    }

    private static func isSame(_ said: JSONValue, _ found: JSONValue) -> Bool {
        guard said.kind == found.kind else { return false }
        switch said.kind {
        case .string:
            if let time = said.timestamp { return time == found.timestamp }
            return said.string == found.string
        case .number:
            return Double(String(decoding: said.raw, as: UTF8.self))
                == Double(String(decoding: found.raw, as: UTF8.self))
        default: return said.raw.elementsEqual(found.raw)
        }
    }

    private static func text(_ value: JSONValue) -> String {
        TextStyle.printable(String(decoding: value.raw.prefix(80), as: UTF8.self))
    }
}
