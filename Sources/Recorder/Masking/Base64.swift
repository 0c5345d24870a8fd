/// Base64 in both alphabets (RFC 4648 sections 4 and 5), padded or not.
package enum Base64 {
    private static let standard = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let urlSafe = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    private static let values: [UInt8] = {
        var table = [UInt8](repeating: 0xFF, count: 256)
        for (value, byte) in standard.enumerated() { table[Int(byte)] = UInt8(value) }
        for (value, byte) in urlSafe.enumerated() { table[Int(byte)] = UInt8(value) }
        return table
    }()

    /// Decodes characters without padding; a single left-over character is ignored.
    ///
    /// - Returns: `nil` when a character is in neither alphabet.
    package static func decode(_ characters: some Collection<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(characters.count / 4 * 3 + 3)
        var group: UInt32 = 0
        var filled = 0
        let complete: Void? = values.withUnsafeBufferPointer { table in
            for character in characters {
                let value = table[Int(character)]
                guard value != 0xFF else { return nil }
                group = group << 6 | UInt32(value)
                filled += 1
                guard filled == 4 else { continue }
                bytes.append(UInt8(truncatingIfNeeded: group >> 16))
                bytes.append(UInt8(truncatingIfNeeded: group >> 8))
                bytes.append(UInt8(truncatingIfNeeded: group))
                group = 0
                filled = 0
            }
            return ()
        }
        guard complete != nil else { return nil }
        if filled == 2 { bytes.append(UInt8(truncatingIfNeeded: group >> 4)) }
        if filled == 3 {
            bytes.append(UInt8(truncatingIfNeeded: group >> 10))
            bytes.append(UInt8(truncatingIfNeeded: group >> 2))
        }
        return bytes
    }

    /// Whether 16 characters at `start` decode to text; made to say no quickly.
    static func beginsText(_ characters: UnsafeRawBufferPointer, at start: Int) -> Bool {
        values.withUnsafeBufferPointer { table in
            var scratch: (UInt64, UInt64) = (0, 0)
            return withUnsafeMutableBytes(of: &scratch) { bytes in
                var count = 0
                for position in stride(from: start, to: start + 16, by: 4) {
                    var group: UInt32 = 0
                    for index in 0..<4 {
                        let value = table[Int(characters[position + index])]
                        guard value != 0xFF else { return false }
                        group = group << 6 | UInt32(value)
                    }
                    for shift: UInt32 in [16, 8, 0] {
                        let byte = UInt8(truncatingIfNeeded: group >> shift)
                        guard byte >= 0x20 && byte != 0x7F || byte == 9 || byte == 10 || byte == 13 else {
                            return false
                        }
                        bytes[count] = byte
                        count += 1
                    }
                }
                return isText(UnsafeRawBufferPointer(bytes)[0..<count])
            }
        }
    }

    /// Whether a character is in one of the alphabets.
    package static func holds(_ character: UInt8) -> Bool { values[Int(character)] != 0xFF }

    /// Characters of a group that hold bits of what lies before bytes that begin `shift` bytes behind its border.
    package static func undetermined(before shift: Int) -> Int { (shift * 8 + 5) / 6 }

    /// The characters that bytes alone decide when they begin `shift` bytes behind a border of groups.
    package static func determined(by bytes: [UInt8], shift: Int, urlSafe isURLSafe: Bool) -> [UInt8] {
        let all = encode([UInt8](repeating: 0, count: shift) + bytes, urlSafe: isURLSafe, padded: false)
        return Array(all[undetermined(before: shift)..<((shift + bytes.count) * 8 / 6)])
    }

    /// Encodes bytes.
    package static func encode(_ bytes: [UInt8], urlSafe isURLSafe: Bool, padded: Bool) -> [UInt8] {
        let alphabet = isURLSafe ? urlSafe : standard
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count / 3 * 4 + 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let count = min(3, bytes.count - start)
            var group: UInt32 = 0
            for index in 0..<3 { group = group << 8 | (index < count ? UInt32(bytes[start + index]) : 0) }
            for index in 0..<4 {
                if index <= count {
                    text.append(alphabet[Int(group >> UInt32(18 - 6 * index)) & 63])
                } else if padded {
                    text.append(0x3D)
                }
            }
        }
        return text
    }

    /// Whether bytes read as text: printable ASCII, white space, and well-formed UTF-8; a cut last character is fine.
    static func isText(_ bytes: some Sequence<UInt8>) -> Bool {
        var pending = 0
        for byte in bytes {
            if pending > 0 {
                guard byte & 0xC0 == 0x80 else { return false }
                pending -= 1
            } else if byte < 0x80 {
                guard byte >= 0x20 && byte != 0x7F || byte == 9 || byte == 10 || byte == 13 else { return false }
            } else if byte >= 0xC2 && byte < 0xE0 {
                pending = 1
            } else if byte >= 0xE0 && byte < 0xF0 {
                pending = 2
            } else if byte >= 0xF0 && byte < 0xF5 {
                pending = 3
            } else {
                return false
            }
        }
        return true
    }
}
