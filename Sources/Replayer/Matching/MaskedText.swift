/// Masked texts in the form in which those of two stores are equal: without the tags of their placeholders.
enum MaskedText {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let values: [UInt8] = {
        var values = Array(repeating: UInt8(0), count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()

    /// What a placeholder begins with in base64, at each of the three places in a group of bytes.
    private static let marks: [(shift: Int, skipped: Int, text: [UInt8])] = (0..<3).flatMap { shift in
        ["***masked:", "***email:"].map { start in
            let bytes = Array(repeating: UInt8(0), count: shift) + Array(start.utf8)
            // Characters that what lies before or behind has a part in are left out.
            let skipped = (shift * 8 + 5) / 6
            return (shift, skipped, Array(encoded(bytes).prefix(bytes.count * 8 / 6).dropFirst(skipped)))
        }
    }

    private static let isFirst: [Bool] = (0..<256).map { byte in marks.contains { Int($0.text[0]) == byte } }

    /// The text without the tags of placeholders, and with zeros for those inside base64.
    static func withoutTags(_ text: [UInt8]) -> [UInt8] {
        var text = Placeholder.withoutTags(text)
        // Tags are as long as what takes their place: places found before stay right.
        for (position, mark) in places(in: text) {
            clearTag(in: &text, from: position - mark.skipped, shift: mark.shift)
        }
        return text
    }

    /// The text without the tags of placeholders, and with zeros for those inside base64.
    static func withoutTags(_ text: String) -> String {
        String(decoding: withoutTags(Array(text.utf8)), as: UTF8.self)
    }

    /// Where something begins that may be a placeholder in base64.
    private static func places(in text: [UInt8]) -> [(Int, (shift: Int, skipped: Int, text: [UInt8]))] {
        text.withUnsafeBufferPointer { text in
            isFirst.withUnsafeBufferPointer { isFirst in
                var found: [(Int, (shift: Int, skipped: Int, text: [UInt8]))] = []
                for position in text.indices where isFirst[Int(text[position])] {
                    for mark in marks where text[position...].starts(with: mark.text) { found.append((position, mark)) }
                }
                return found
            }
        }
    }

    /// Makes the tag zero of the placeholder that begins `shift` bytes behind a border of groups.
    private static func clearTag(in text: inout [UInt8], from start: Int, shift: Int) {
        guard start >= 0 else { return }
        // The longest placeholder has 45 bytes; what follows it does not matter.
        let groups = min(16, (text.count - start) / 4)
        var bytes: [UInt8] = []
        for group in 0..<groups {
            let word = (0..<4).reduce(UInt32(0)) { $0 << 6 | UInt32(values[Int(text[start + group * 4 + $1])]) }
            bytes += [UInt8(word >> 16 & 0xFF), UInt8(word >> 8 & 0xFF), UInt8(word & 0xFF)]
        }
        guard let end = bytes.withUnsafeBytes({ Placeholder($0, at: shift)?.range.upperBound }) else { return }
        // Three stars end it, so that the groups of the tag hold nothing of what lies around the placeholder.
        for index in (end - 11)..<(end - 3) { bytes[index] = UInt8(ascii: "0") }
        let (first, last) = ((end - 11) / 3, (end - 4) / 3)
        let cleared = encoded(Array(bytes[(first * 3)..<(last * 3 + 3)]))
        text.replaceSubrange((start + first * 4)..<(start + last * 4 + 4), with: cleared)
    }

    private static func encoded(_ bytes: [UInt8]) -> [UInt8] {
        stride(from: 0, to: bytes.count, by: 3).flatMap { start in
            let word = (0..<3).reduce(UInt32(0)) { $0 << 8 | UInt32(start + $1 < bytes.count ? bytes[start + $1] : 0) }
            return (0..<4).map { alphabet[Int(word >> UInt32(18 - 6 * $0) & 63)] }
        }
    }
}
