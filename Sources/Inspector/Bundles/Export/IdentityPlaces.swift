import Recorder

/// Every `metadata.user_id` of a body, whatever kind of value it is and however deep it lies, also one that another of
/// its name hides.
///
/// It looks into JSON, lines of JSON and the data of events. Where that is cut off or no JSON, every `"user_id"` counts.
struct IdentityPlaces {
    /// A value, or the part of one, that holds ids.
    struct Place {
        private enum Content {
            case text(IdentityText)
            /// A text whose end was cut off.
            case openText(IdentityText)
            case number(String)
        }

        /// The bytes of the value.
        let range: Range<Int>
        private let content: Content

        fileprivate init(_ range: Range<Int>, text: IdentityText, isOpen: Bool = false) {
            self.range = range
            content = isOpen ? .openText(text) : .text(text)
        }

        fileprivate init(_ range: Range<Int>, number: String) {
            self.range = range
            content = .number(number)
        }

        /// The ids in it.
        var ids: [String] {
            switch content {
            case .text(let text), .openText(let text): text.ids
            case .number(let number): [number]
            }
        }

        /// The value with tags in the place of ids, as JSON.
        func tagged(_ tag: (String) -> String) -> [UInt8] {
            var json = JSONWriter()
            switch content {
            case .text(let text): json.string(text.tagged(tag))
            case .openText(let text): return Array(text.tagged(tag).utf8)
            case .number(let number): json.string(tag(number))
            }
            return json.bytes
        }
    }

    private(set) var places: [Place] = []
    /// Where the name may stand; nothing else is looked into.
    private let candidates: [Int]

    /// Looks into a body that is text.
    init(_ body: [UInt8]) {
        let names = [Array("user_id".utf8), Array("\\u".utf8)]
        candidates = body.withUnsafeBytes { bytes in
            names.flatMap { ByteSearch.all(of: $0, in: bytes).map(\.lowerBound) }
        }.sorted()
        guard !candidates.isEmpty else { return }
        guard !look(inJSON: body, at: 0) else { return }
        var start = 0
        while start < body.count {
            let end = body[start...].firstIndex(of: 0x0A) ?? body.count
            if leads(start..<end) { look(inLine: body, start..<end) }
            start = end + 1
        }
    }

    private func leads(_ range: Range<Int>) -> Bool {
        var (low, high) = (0, candidates.count)
        while low < high {
            let middle = (low + high) / 2
            if candidates[middle] < range.lowerBound { low = middle + 1 } else { high = middle }
        }
        return low < candidates.count && candidates[low] < range.upperBound
    }

    private mutating func look(inLine body: [UInt8], _ line: Range<Int>) {
        var start = line.lowerBound
        if body[line].starts(with: "data:".utf8) { start += 5 }
        let text = Array(body[start..<line.upperBound])
        if !look(inJSON: text, at: start) { lookForNames(in: text, at: start) }
    }

    /// - Returns: whether it is JSON.
    private mutating func look(inJSON text: [UInt8], at offset: Int) -> Bool {
        guard let first = text.first(where: { $0 > 0x20 }), first == 0x7B || first == 0x5B else { return false }
        return JSONValue.read(text) { root -> Bool? in
            look(in: root, offset)
            return true
        } ?? false
    }

    private mutating func look(in value: JSONValue, _ offset: Int) {
        value.forEachMember { key, member in
            guard leads(Self.range(member, offset)) else { return true }
            if key.isString("metadata") {
                member.forEachMember { name, id in
                    if name.isString("user_id") { take(id, offset) }
                    return true
                }
            }
            look(in: member, offset)
            return true
        }
        value.forEachElement { element in
            if leads(Self.range(element, offset)) { look(in: element, offset) }
            return true
        }
    }

    private mutating func take(_ value: JSONValue, _ offset: Int) {
        let range = Self.range(value, offset)
        switch value.kind {
        case .string:
            if let text = value.string { places.append(Place(range, text: IdentityText(metadata: text))) }
        case .number: places.append(Place(range, number: String(decoding: value.raw, as: UTF8.self)))
        case .object, .array:
            value.forEachMember { key, member in
                if !key.isString("session_id") { take(member, offset) }
                return true
            }
            value.forEachElement { element in
                take(element, offset)
                return true
            }
        default: break
        }
    }

    private static func range(_ value: JSONValue, _ offset: Int) -> Range<Int> {
        (value.range.lowerBound + offset)..<(value.range.upperBound + offset)
    }

    // MARK: - No JSON

    private mutating func lookForNames(in text: [UInt8], at offset: Int) {
        for name in text.withUnsafeBytes({ ByteSearch.all(of: Array("\"user_id\"".utf8), in: $0) }) {
            var start = name.upperBound
            while start < text.count, text[start] <= 0x20 || text[start] == UInt8(ascii: ":") { start += 1 }
            guard start < text.count else { return }
            guard text[start] == UInt8(ascii: "\"") else {
                let digits = text[start...].prefix { (0x30...0x39).contains($0) }
                guard !digits.isEmpty else { continue }
                let range = (start + offset)..<(start + offset + digits.count)
                places.append(Place(range, number: String(decoding: digits, as: UTF8.self)))
                continue
            }
            guard let end = Self.end(ofString: start, in: text) else {
                let rest = IdentityText(metadata: String(decoding: text[(start + 1)...], as: UTF8.self))
                places.append(Place((start + 1 + offset)..<(text.count + offset), text: rest, isOpen: true))
                return
            }
            guard let value = JSONValue.read(Array(text[start..<end]), { $0.string }) else { continue }
            places.append(Place((start + offset)..<(end + offset), text: IdentityText(metadata: value)))
        }
    }

    private static func end(ofString start: Int, in text: [UInt8]) -> Int? {
        var position = start + 1
        while position < text.count, text[position] != UInt8(ascii: "\"") {
            position += text[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        return position < text.count ? position + 1 : nil
    }
}
