import Crypto

/// Makes the placeholder of a secret.
struct Tagger: Sendable {
    private static let digits = Array("0123456789abcdef".utf8)

    let key: MaskingKey

    /// `***masked:<kind>:<tag>***` for the canonical (decoded) bytes of a secret.
    func placeholder(_ kind: MaskKind, _ canonical: some Sequence<UInt8>) -> [UInt8] {
        let code = HMAC<SHA256>.authenticationCode(for: Array(canonical), using: key.symmetric)
        var text = Array(kind == .email ? "***email:".utf8 : "***masked:\(kind.rawValue):".utf8)
        for byte in code.prefix(4) {
            text.append(Tagger.digits[Int(byte >> 4)])
            text.append(Tagger.digits[Int(byte & 15)])
        }
        text.append(contentsOf: [0x2A, 0x2A, 0x2A])
        return text
    }

    /// The length of the placeholder that `bytes` begin with at `start`, or `nil`.
    static func placeholderLength(_ bytes: some RandomAccessCollection<UInt8>) -> Int? {
        let text = Array(bytes.prefix(40))
        let email = Array("***email:".utf8)
        let masked = Array("***masked:".utf8)
        var position: Int
        if text.starts(with: email) {
            position = email.count
        } else if text.starts(with: masked) {
            position = masked.count
            while position < text.count, (0x61...0x7A).contains(text[position]) { position += 1 }
            guard position > masked.count, position < text.count, text[position] == 0x3A else { return nil }
            position += 1
        } else {
            return nil
        }
        guard text.count >= position + 11, text[position..<(position + 8)].allSatisfy({ digits.contains($0) }),
            text[(position + 8)..<(position + 11)].allSatisfy({ $0 == 0x2A })
        else { return nil }
        return position + 11
    }

    /// Whether `bytes` are masked already: they hold placeholders, and hardly anything else.
    static func isMasked(_ bytes: ArraySlice<UInt8>) -> Bool {
        var position = bytes.startIndex
        var rest = 0
        var isFound = false
        while position < bytes.endIndex {
            if bytes[position] == 0x2A, let length = placeholderLength(bytes[position...]) {
                isFound = true
                position += length
            } else {
                rest += 1
                position += 1
            }
        }
        return isFound && rest < 8
    }

    /// Where the first placeholder in `bytes` begins, or `nil`.
    static func firstPlaceholder(in bytes: ArraySlice<UInt8>) -> Int? {
        bytes.indices.first { bytes[$0] == 0x2A && placeholderLength(bytes[$0...]) != nil }
    }
}
