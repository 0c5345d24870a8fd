import Recorder

/// The ids of one exchange and the tags that take their place; equal ids get equal tags.
struct IdentityTags {
    /// Memory for the ids of others is bounded.
    private static let sharedLimit = 200
    private static let parameter = "claude-code-user"

    private let masker: Masker
    private var tags: [String: String] = [:]
    /// Those that are replaced wherever they stand; shorter ones only where they are known to be ids.
    private var known = KnownTexts()

    init(masker: Masker) {
        self.masker = masker
    }

    /// Whether there are no ids.
    var isEmpty: Bool { tags.isEmpty }

    /// Takes note of an id that other exchanges may mention, unless there are too many.
    mutating func share(user: String?) {
        guard let user, tags.count < Self.sharedLimit else { return }
        note(IdentityText(user: user))
    }

    mutating func note(_ text: IdentityText) { note(text.ids) }

    private mutating func note(_ ids: [String]) {
        for id in ids where tags[id] == nil {
            tags[id] = masker.placeholder(ofIdentity: id)
            known.add(id)
        }
    }

    mutating func note(query: String?) {
        guard let query else { return }
        for range in Self.values(in: query) { note(IdentityText(user: Self.decoded(query[range]))) }
    }

    mutating func note(body: [UInt8]) {
        for place in IdentityPlaces(body).places { note(place.ids) }
    }

    private func tag(_ id: String) -> String { tags[id] ?? masker.placeholder(ofIdentity: id) }

    // MARK: - Replacing

    func taggedUser(_ user: String) -> String { IdentityText(user: user).tagged(tag) }

    func tagged(text: String) -> String {
        let bytes = Array(text.utf8)
        let splice = Splice(occurrences(in: bytes))
        return splice.edits.isEmpty ? text : String(decoding: splice.applied(to: bytes), as: UTF8.self)
    }

    func tagged(query: String) -> String {
        var result = ""
        var position = query.startIndex
        for range in Self.values(in: query) {
            let value = Self.decoded(query[range])
            let tagged = IdentityText(user: value).tagged(tag)
            result += query[position..<range.lowerBound]
            result += tagged == value ? String(query[range]) : tagged
            position = range.upperBound
        }
        return tagged(text: result + query[position...])
    }

    func tagged(headers: HeaderBlock) -> HeaderBlock {
        guard !tags.isEmpty else { return headers }
        var result = HeaderBlock()
        for index in headers.indices {
            let value = Array(headers.value(at: index))
            result.append(name: headers.name(at: index), value: Splice(occurrences(in: value)).applied(to: value))
        }
        return result
    }

    /// The changes to a body that is text.
    ///
    /// - Parameters:
    ///   - body: the text.
    ///   - hasParts: whether its lines are parts of longer texts, such as those of events.
    /// - Returns: `nil` when there are none.
    func splice(_ body: [UInt8], hasParts: Bool) -> Splice? {
        var edits = known.matches(in: body).compactMap { edit($0, of: body) }
        for place in IdentityPlaces(body).places {
            let value = place.tagged(tag)
            if !place.ids.isEmpty { edits.append(Splice.Edit(range: place.range, replacement: value)) }
        }
        if hasParts {
            for text in EventTexts(body).texts {
                for match in known.matches(in: text.bytes) {
                    edits += text.edits(match.range, Array(tag(match.text).utf8))
                }
            }
        }
        let splice = Splice(edits)
        return splice.edits.isEmpty ? nil : splice
    }

    /// A change that leaves JSON what it is: an id that is a number may stand there as one.
    private func edit(_ match: KnownTexts.Match, of body: [UInt8]) -> Splice.Edit? {
        let value = tag(match.text)
        let digits = 0x30...0x39 as ClosedRange<UInt8>
        let isNumber = match.text.utf8.allSatisfy(digits.contains) && body[match.range].allSatisfy(digits.contains)
        guard isNumber, !isInString(match.range.lowerBound, of: body) else {
            return Splice.Edit(range: match.range, replacement: Array(value.utf8))
        }
        let before = match.range.lowerBound > 0 ? body[match.range.lowerBound - 1] : 0x20
        let behind = match.range.upperBound < body.count ? body[match.range.upperBound] : 0x20
        // A longer number is another one.
        guard ![before, behind].contains(where: { digits.contains($0) || "-+.eE".utf8.contains($0) }) else {
            return nil
        }
        return Splice.Edit(range: match.range, replacement: Array("\"\(value)\"".utf8))
    }

    /// Whether a place is in a string of JSON, in which no line ends.
    private func isInString(_ place: Int, of body: [UInt8]) -> Bool {
        var position = body[..<place].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        var isInString = false
        while position < place {
            if body[position] == UInt8(ascii: "\"") { isInString.toggle() }
            position += isInString && body[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        return isInString
    }

    private func occurrences(in bytes: [UInt8]) -> [Splice.Edit] {
        known.matches(in: bytes).map { Splice.Edit(range: $0.range, replacement: Array(tag($0.text).utf8)) }
    }

    // MARK: - Finding

    /// Where the values of the query's `claude-code-user` stand.
    private static func values(in query: String) -> [Range<String.Index>] {
        query.split(separator: "&").compactMap { part in
            guard let equals = part.firstIndex(of: "="), decoded(part[..<equals]) == parameter else { return nil }
            let start = part.index(after: equals)
            return start < part.endIndex ? start..<part.endIndex : nil
        }
    }

    /// A text without its percent-encoding.
    private static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte == UInt8(ascii: "+") ? 0x20 : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
