/// Looks for placeholders in every form that whoever gets a text might read them from: as they stand, behind the escapes
/// of JSON and of URLs, one within the other, and in base64 of either alphabet.
enum PlaceholderForms {
    /// What was found.
    enum Found {
        /// No placeholder.
        case nothing
        /// Placeholders as they stand, in order.
        case plain([Placeholder])
        /// Placeholders behind escapes, by their kinds.
        case escaped([String])
        /// One in base64, whose kind is not looked at.
        case base64
    }

    /// How often escapes are undone that stand within escapes.
    private static let depth = 4

    /// Looks into a text.
    ///
    /// - Parameters:
    ///   - text: the text.
    ///   - limit: the most placeholders that are told.
    /// - Returns: the first form in which there are some.
    static func find(in text: [UInt8], limit: Int) -> Found {
        let plain = text.withUnsafeBytes { Placeholder.all(in: $0, limit: limit) }
        if !plain.isEmpty { return .plain(plain) }
        if holdsBase64(text) { return .base64 }
        var view = text
        for _ in 0..<depth {
            var isChanged = false
            for undo in [withoutJSONEscapes, withoutPercents] {
                guard let next = undo(view) else { continue }
                (view, isChanged) = (next, true)
                let found = view.withUnsafeBytes { Placeholder.all(in: $0, limit: limit) }
                if !found.isEmpty { return .escaped(found.map(\.kind)) }
                if holdsBase64(view) { return .base64 }
            }
            if !isChanged { break }
        }
        return .nothing
    }

    // MARK: - Escapes

    /// The text with the escapes of JSON strings undone (RFC 8259 section 7); `nil` when there are none.
    private static func withoutJSONEscapes(_ text: [UInt8]) -> [UInt8]? {
        let backslash = UInt8(ascii: "\\")
        guard var position = text.firstIndex(of: backslash) else { return nil }
        var output = Array(text[..<position])
        output.reserveCapacity(text.count)
        while position < text.count {
            guard text[position] == backslash, position + 1 < text.count else {
                output.append(text[position])
                position += 1
                continue
            }
            switch text[position + 1] {
            case UInt8(ascii: "u"):
                guard let unit = number(text, at: position + 2, digits: 4) else {
                    output += text[position...(position + 1)]
                    position += 2
                    continue
                }
                // A placeholder is ASCII: of anything else it only counts that it is something else.
                output.append(unit < 0x80 ? UInt8(unit) : 0xFF)
                position += 6
            case UInt8(ascii: "n"), UInt8(ascii: "r"):
                output.append(0x0A)
                position += 2
            default:
                output.append(text[position + 1])
                position += 2
            }
        }
        return output
    }

    /// The text with what is percent-encoded decoded (RFC 3986 section 2.1); `nil` when nothing is.
    private static func withoutPercents(_ text: [UInt8]) -> [UInt8]? {
        var output: [UInt8] = []
        var isChanged = false
        output.reserveCapacity(text.count)
        var position = 0
        while position < text.count {
            if text[position] == UInt8(ascii: "%"), let byte = number(text, at: position + 1, digits: 2) {
                output.append(UInt8(byte))
                isChanged = true
                position += 3
            } else {
                output.append(text[position])
                position += 1
            }
        }
        return isChanged ? output : nil
    }

    private static func number(_ text: [UInt8], at start: Int, digits: Int) -> Int? {
        guard start + digits <= text.count else { return nil }
        var value = 0
        for byte in text[start..<(start + digits)] {
            switch byte {
            case 0x30...0x39: value = value << 4 | Int(byte - 0x30)
            case 0x41...0x46: value = value << 4 | Int(byte - 0x41 + 10)
            case 0x61...0x66: value = value << 4 | Int(byte - 0x61 + 10)
            default: return nil
            }
        }
        return value
    }

    // MARK: - Base64

    /// The characters that `***masked:` and `***email:` become in base64 of both alphabets (RFC 4648 sections 4 and 5),
    /// at each of the three places in a group.
    private static let marks: [[UInt8]] = {
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
        var marks: Set<[UInt8]> = []
        for alphabet in [letters + "+/", letters + "-_"].map({ Array($0.utf8) }) {
            for text in ["***masked:", "***email:"] {
                for shift in 0..<3 { marks.insert(encoded(Array(text.utf8), shift: shift, alphabet)) }
            }
        }
        return Array(marks)
    }()

    private static let begins: [Bool] = {
        var begins = Array(repeating: false, count: 256)
        for mark in marks { begins[Int(mark[0])] = true }
        return begins
    }()

    /// Whether there is the beginning of a placeholder in base64, be it cut into lines.
    private static func holdsBase64(_ text: [UInt8]) -> Bool {
        let isCut = text.contains { $0 == 0x0A || $0 == 0x0D }
        return (isCut ? text.filter { $0 != 0x0A && $0 != 0x0D } : text).withUnsafeBytes { bytes in
            for start in 0..<bytes.count where begins[Int(bytes[start])] {
                for mark in marks where start + mark.count <= bytes.count {
                    if (0..<mark.count).allSatisfy({ bytes[start + $0] == mark[$0] }) { return true }
                }
            }
            return false
        }
    }

    /// The base64 characters that depend on `text` alone when it lies `shift` bytes behind a border of three.
    private static func encoded(_ text: [UInt8], shift: Int, _ alphabet: [UInt8]) -> [UInt8] {
        var bits: [UInt8] = Array(repeating: 0, count: shift * 8)
        for byte in text { bits += (0..<8).map { byte >> UInt8(7 - $0) & 1 } }
        let first = (shift * 8 + 5) / 6
        return (first..<(bits.count / 6)).map { group in
            alphabet[bits[(group * 6)..<(group * 6 + 6)].reduce(0) { $0 << 1 | Int($1) }]
        }
    }
}
