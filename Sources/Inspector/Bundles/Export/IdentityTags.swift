import Recorder

/// The ids of one exchange and the tags that take their place; equal ids get equal tags.
struct IdentityTags {
    /// Shorter ids are replaced where they are known to be ids only: elsewhere they may be words.
    private static let shortestAnywhere = 12
    /// Every id costs a walk through every body.
    private static let sharedLimit = 200
    private static let parameter = "claude-code-user"

    private let masker: Masker
    private var tags: [String: String] = [:]

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

    mutating func note(_ text: IdentityText) {
        for id in text.ids where tags[id] == nil { tags[id] = masker.placeholder(ofIdentity: id) }
    }

    mutating func note(query: String?) {
        guard let query else { return }
        for range in Self.values(in: query) { note(IdentityText(user: Self.decoded(query[range]))) }
    }

    mutating func note(body: [UInt8]) {
        for text in Self.userIDs(in: body) { note(IdentityText(metadata: text.text)) }
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

    /// The changes to a body that is text; `nil` when there are none.
    func splice(_ body: [UInt8]) -> Splice? {
        var edits: [Splice.Edit] = []
        for found in Self.userIDs(in: body) {
            let tagged = IdentityText(metadata: found.text).tagged(tag)
            guard tagged != found.text else { continue }
            var json = JSONWriter()
            json.string(tagged)
            edits.append(Splice.Edit(range: found.range, replacement: json.bytes))
        }
        let splice = Splice(edits + occurrences(in: body))
        return splice.edits.isEmpty ? nil : splice
    }

    /// Whether one of the ids stands in a text.
    func occur(in text: [UInt8]) -> Bool { splice(text) != nil }

    private func occurrences(in bytes: [UInt8]) -> [Splice.Edit] {
        tags.filter { $0.key.utf8.count >= Self.shortestAnywhere }.flatMap { id, tag in
            bytes.withUnsafeBytes { Splice.ranges(of: Array(id.utf8), in: $0) }
                .map { Splice.Edit(range: $0, replacement: Array(tag.utf8)) }
        }
    }

    // MARK: - Finding

    /// Every `metadata.user_id` of a body, also one that another of its name hides.
    private static func userIDs(in body: [UInt8]) -> [(range: Range<Int>, text: String)] {
        guard body.first(where: { $0 > 0x20 }) == UInt8(ascii: "{") else { return [] }
        var found: [(range: Range<Int>, text: String)] = []
        _ = JSONValue.read(body) { root -> Bool? in
            root.forEachMember { key, value in
                guard key.isString("metadata") else { return true }
                value.forEachMember { name, id in
                    if name.isString("user_id"), let text = id.string { found.append((id.range, text)) }
                    return true
                }
                return true
            }
            return true
        }
        return found
    }

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
