import Crypto

extension RequestIdentity {
    /// The text of `metadata.user_id` of a request body.
    package static func metadataUserID(body: UnsafeRawBufferPointer, cut: CutResult) -> String? {
        cut.topLevel.metadata.flatMap { JSONValue(body, range: $0)["user_id"]?.string }
    }

    /// The `model` of a request body.
    package static func model(body: UnsafeRawBufferPointer, cut: CutResult) -> String? {
        cut.topLevel.model.flatMap { JSONValue(body, range: $0).string }
    }

    /// The `stream` of a request body.
    package static func stream(body: UnsafeRawBufferPointer, cut: CutResult) -> Bool? {
        cut.topLevel.stream.flatMap { JSONValue(body, range: $0).bool }
    }

    /// A name for a conversation that nothing else names: the same for all its turns, as they begin alike.
    ///
    /// It is made of the texts of `system` and of the first user message. Cache markers are left out because they move
    /// from turn to turn, and a text counts the same as a string or as a block.
    ///
    /// - Returns: The first 16 hexadecimal digits of a SHA-256, or `nil` when the body has neither.
    package static func sessionHash(body: UnsafeRawBufferPointer, cut: CutResult) -> String? {
        var hash = ConversationHash()
        if let range = cut.topLevel.system { hash.add(JSONValue(body, range: range)) }
        for unit in cut.units where unit.array == .system {
            if let block = unit.value(in: body) { hash.add(block) }
        }
        let first = cut.units.lazy.filter { $0.array == .messages }.compactMap { $0.value(in: body) }
            .first { $0["role"]?.isString("user") ?? false }
        hash.separate()
        if let content = first?["content"] { hash.add(content) }
        return hash.digits
    }
}

/// The running hash of the texts a conversation begins with.
private struct ConversationHash {
    private var hash = SHA256()
    private var isEmpty = true

    /// The first 16 digits, or `nil` when there was nothing to hash.
    var digits: String? {
        guard !isEmpty else { return nil }
        return hash.finalize().withUnsafeBytes { digest in
            String(unsafeUninitializedCapacity: 16) { text in
                for index in 0..<16 {
                    let digit = index % 2 == 0 ? digest[index / 2] >> 4 : digest[index / 2] & 0x0F
                    text.initializeElement(at: index, to: digit < 10 ? 0x30 + digit : 0x57 + digit)
                }
                return 16
            }
        }
    }

    /// Adds a text, a block or a list of blocks.
    mutating func add(_ value: JSONValue) {
        if value.kind == .array {
            value.forEachElement { block in
                addBlock(block)
                return true
            }
        } else {
            addBlock(value)
        }
    }

    private mutating func addBlock(_ block: JSONValue) {
        if let text = block.stringContent ?? block["text"]?.stringContent {
            absorb(text)
            return
        }
        guard block.kind == .object else {
            absorb(block.raw)
            return
        }
        block.forEachMember { key, value in
            if !key.isString("cache_control") {
                absorb(key.raw)
                absorb(value.raw)
            }
            return true
        }
    }

    /// Keeps what is before apart from what is behind; JSON holds no such byte.
    mutating func separate() {
        hash.update(data: [1])
    }

    private mutating func absorb(_ bytes: UnsafeRawBufferPointer) {
        isEmpty = false
        hash.update(bufferPointer: bytes)
        hash.update(data: [0])
    }
}
