/// Whether bytes that are said to be text can be looked into.
enum TextCheck {
    /// Why they can't, or `nil`.
    ///
    /// UTF-16 and UTF-32 show by their mark or by zero bytes at the front. A body without a type, and a form with
    /// files in it, must be UTF-8 throughout.
    static func fault(of bytes: UnsafeRawBufferPointer, needsProof: Bool) -> String? {
        let front = bytes.prefix(256)
        if front.starts(with: [0xFE, 0xFF]) || front.starts(with: [0xFF, 0xFE]) || front.contains(0) {
            return "not UTF-8"
        }
        return needsProof && !isUTF8(bytes) ? "not UTF-8" : nil
    }

    /// Whether the type alone does not say that the body is text.
    static func needsProof(_ contentType: String?) -> Bool {
        guard let contentType, !contentType.isEmpty else { return true }
        return contentType.lowercased().contains("multipart/")
    }

    static func isUTF8(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var position = 0
        while position < bytes.count {
            let byte = bytes[position]
            if byte < 0x80 {
                guard byte != 0 else { return false }
                position += 1
                continue
            }
            let count = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2
            guard byte >= 0xC2, byte < 0xF5 else { return false }
            // A character cut off at the end of a truncated body is fine.
            for index in (position + 1)..<min(bytes.count, position + count) where bytes[index] & 0xC0 != 0x80 {
                return false
            }
            position += count
        }
        return true
    }
}
