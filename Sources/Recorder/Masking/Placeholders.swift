/// What stands in the place of secrets, counted and made outside of the detectors.
package enum Placeholders {
    /// How many placeholders of each kind stand in bytes.
    ///
    /// - Returns: counts by the word in the placeholder, such as `anthropic` or `email`.
    package static func counts(in bytes: UnsafeRawBufferPointer) -> [String: Int] {
        var counts: [String: Int] = [:]
        var position = 0
        while position + 20 <= bytes.count {
            guard bytes[position] == 0x2A, bytes[position + 1] == 0x2A, bytes[position + 2] == 0x2A,
                let length = Tagger.placeholderLength(bytes[position...])
            else {
                position += 1
                continue
            }
            let words = bytes[(position + 3)..<(position + length)].split(separator: UInt8(ascii: ":"))
            let kind = words.count > 2 ? words[1] : words[0]
            counts[String(decoding: kind, as: UTF8.self), default: 0] += 1
            position += length
        }
        return counts
    }

    /// Whether a text is one placeholder and nothing else.
    package static func isPlaceholder(_ text: String) -> Bool {
        Tagger.placeholderLength(Array(text.utf8)) == text.utf8.count
    }
}

extension Masker {
    /// The placeholder of a user's, an account's or a device's id: `***masked:id:<tag>***`.
    package func placeholder(ofIdentity id: String) -> String {
        String(decoding: tagger.placeholder(.id, id.utf8), as: UTF8.self)
    }
}
