import Recorder

/// Masked texts in the form in which those of two stores are equal: without the tags of their placeholders.
enum MaskedText {
    /// The text without the tags of placeholders, and with zeros for those inside base64.
    static func withoutTags(_ text: [UInt8]) -> [UInt8] {
        var text = Placeholder.withoutTags(text)
        // Tags are as long as what takes their place: places found before stay right.
        for (place, mark) in text.withUnsafeBytes({ Base64Marks.places(in: $0) }) {
            clearTag(in: &text, from: place - mark.skipped, mark)
        }
        return text
    }

    /// The text without the tags of placeholders, and with zeros for those inside base64.
    static func withoutTags(_ text: String) -> String {
        String(decoding: withoutTags(Array(text.utf8)), as: UTF8.self)
    }

    /// Makes the tag zero of the placeholder that begins `mark.shift` bytes behind a border of groups.
    private static func clearTag(in text: inout [UInt8], from start: Int, _ mark: Base64Marks.Mark) {
        guard start >= 0 else { return }
        // The longest placeholder has 45 bytes; what follows it does not matter, also when it is no base64.
        let end = min(text.count, start + 64)
        let run = text[start..<end].prefix { Base64.holds($0) }
        guard var bytes = Base64.decode(run),
            let last = bytes.withUnsafeBytes({ Placeholder($0, at: mark.shift)?.range.upperBound })
        else { return }
        // Three stars end it, so that the groups of the tag hold nothing of what lies around the placeholder.
        for index in (last - 11)..<(last - 3) { bytes[index] = UInt8(ascii: "0") }
        let groups = ((last - 11) / 3)...((last - 4) / 3)
        let part = Array(bytes[(groups.lowerBound * 3)..<(groups.upperBound * 3 + 3)])
        text.replaceSubrange(
            (start + groups.lowerBound * 4)..<(start + groups.upperBound * 4 + 4),
            with: Base64.encode(part, urlSafe: mark.isURLSafe, padded: false)
        )
    }
}
