import Recorder

/// The first place where two requests differ, with a short excerpt of both sides, masked.
package struct FirstDifference: Hashable, Sendable {
    /// Where: `method`, `path`, `query`, `body`, or a path into the body such as `messages[3].content[0].text`.
    package var path: String
    /// What was recorded there; `nil` for nothing.
    package var recorded: String?
    /// What came now; `nil` for nothing.
    package var received: String?

    /// The longest excerpt, in characters.
    private static let excerpt = 72

    /// Compares two bodies in masked form.
    ///
    /// - Returns: `nil` when they are the same JSON by the rules of rung `normalised`.
    static func between(recorded: [UInt8], received: [UInt8]) -> FirstDifference? {
        let (recorded, received) = (Placeholder.withoutTags(recorded), Placeholder.withoutTags(received))
        return recorded.withUnsafeBytes { left in
            received.withUnsafeBytes { right in
                guard let before = JSONValue(validating: left), let now = JSONValue(validating: right) else {
                    return recorded == received ? nil : text("body", recorded, received)
                }
                return compare(before, now, "", level: 0, isOpaque: false)
            }
        }
    }

    private static func compare(
        _ recorded: JSONValue,
        _ received: JSONValue,
        _ path: String,
        level: Int,
        isOpaque: Bool
    ) -> FirstDifference? {
        guard recorded.kind == received.kind, level < 64 else {
            return whole(path, recorded, received)
        }
        switch recorded.kind {
        case .object:
            let rules = RequestRules.normalised
            let before = rules.members(of: recorded, level: level, isOpaque: isOpaque)
            let now = Dictionary(
                rules.members(of: received, level: level, isOpaque: isOpaque).map { ($0.name, $0.value) },
                uniquingKeysWith: { $1 }
            )
            for (name, value) in before {
                let place = path.isEmpty ? name : "\(path).\(name)"
                guard let other = now[name] else { return whole(place, value, nil) }
                let opaque = isOpaque || RequestRules.opaque.contains(name)
                if let found = compare(value, other, place, level: level + 1, isOpaque: opaque) { return found }
            }
            let known = Set(before.map(\.name))
            guard let added = now.keys.filter({ !known.contains($0) }).min() else { return nil }
            return whole(path.isEmpty ? added : "\(path).\(added)", nil, now[added])
        case .array:
            var before: [JSONValue] = []
            recorded.forEachElement {
                before.append($0)
                return true
            }
            var index = 0
            var found: FirstDifference?
            received.forEachElement { element in
                let place = "\(path)[\(index)]"
                if index < before.count {
                    found = compare(before[index], element, place, level: level + 1, isOpaque: isOpaque)
                } else {
                    found = whole(place, nil, element)
                }
                index += 1
                return found == nil
            }
            if found == nil, index < before.count { found = whole("\(path)[\(index)]", before[index], nil) }
            return found
        case .string:
            let (before, now) = (Array((recorded.string ?? "").utf8), Array((received.string ?? "").utf8))
            return before == now ? nil : text(path, before, now)
        case .number:
            return RequestRules.number(recorded) == RequestRules.number(received)
                ? nil : whole(path, recorded, received)
        case .bool, .null:
            return recorded.raw.elementsEqual(received.raw) ? nil : whole(path, recorded, received)
        }
    }

    private static func whole(_ path: String, _ recorded: JSONValue?, _ received: JSONValue?) -> FirstDifference {
        func short(_ value: JSONValue?) -> String? {
            value.map { cut(String(decoding: $0.raw.prefix(4 * excerpt), as: UTF8.self)) }
        }
        return FirstDifference(path: path, recorded: short(recorded), received: short(received))
    }

    /// Excerpts around the first byte that differs.
    private static func text(_ path: String, _ recorded: [UInt8], _ received: [UInt8]) -> FirstDifference {
        let common = zip(recorded, received).prefix { $0 == $1 }.count
        func around(_ text: [UInt8]) -> String {
            var start = max(0, common - 24)
            // Not in the middle of a character.
            while start > 0, start < text.count, text[start] & 0xC0 == 0x80 { start -= 1 }
            let part = String(decoding: text[min(start, text.count)...].prefix(4 * excerpt), as: UTF8.self)
            return (start > 0 ? "…" : "") + cut(part)
        }
        return FirstDifference(path: path, recorded: around(recorded), received: around(received))
    }

    private static func cut(_ text: String) -> String {
        text.count > excerpt ? String(text.prefix(excerpt)) + "…" : text
    }
}
