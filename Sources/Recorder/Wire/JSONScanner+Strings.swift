extension JSONScanner {
    /// Steps over a string at the cursor, quotes included.
    ///
    /// - Throws: `JSONSyntaxError` when there is none, or it holds a control character, a bad escape or bad UTF-8.
    package mutating func skipString() throws(JSONSyntaxError) {
        try expect(UInt8(ascii: "\""))
        guard let base else { throw JSONSyntaxError(offset: position) }
        var position = position
        while true {
            while position + 8 <= end {
                let word = UnsafeRawPointer(base + position).loadUnaligned(as: UInt64.self)
                let special = JSONScanner.specialBytes(in: UInt64(littleEndian: word))
                guard special == 0 else {
                    position += special.trailingZeroBitCount >> 3
                    break
                }
                position += 8
            }
            guard position < end else { throw JSONSyntaxError(offset: end) }
            let byte = base[position]
            switch byte {
            case UInt8(ascii: "\""):
                self.position = position + 1
                return
            case UInt8(ascii: "\\"):
                position += try escapeLength(at: position)
            case 0..<0x20:
                throw JSONSyntaxError(offset: position)
            case 0x80...:
                position += try multiByteLength(at: position)
            default:
                position += 1
            }
        }
    }

    /// The high bits of the bytes that end the plain part of a string: a quote, a backslash, a control character or a
    /// byte beyond ASCII.
    ///
    /// Only the lowest bit that is set is sure: the subtraction borrows upwards from a hit.
    @inline(__always)
    private static func specialBytes(in word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quote = word ^ (ones &* 0x22)
        let backslash = word ^ (ones &* 0x5C)
        let zeros = ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)
        let controls = (word &- ones &* 0x20) & ~word
        return (zeros | controls | word) & (ones &* 0x80)
    }

    private func escapeLength(at position: Int) throws(JSONSyntaxError) -> Int {
        guard let base, position + 1 < end else { throw JSONSyntaxError(offset: end) }
        switch base[position + 1] {
        case UInt8(ascii: "n"), UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "t"), UInt8(ascii: "/"),
            UInt8(ascii: "r"), UInt8(ascii: "b"), UInt8(ascii: "f"):
            return 2
        case UInt8(ascii: "u"):
            guard position + 6 <= end else { throw JSONSyntaxError(offset: end) }
            for index in 2..<6 where JSONScanner.hexDigit(base[position + index]) == nil {
                throw JSONSyntaxError(offset: position + index)
            }
            return 6
        default:
            throw JSONSyntaxError(offset: position + 1)
        }
    }

    static func hexDigit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case 0x30...0x39: UInt32(byte - 0x30)
        case 0x41...0x46: UInt32(byte - 0x37)
        case 0x61...0x66: UInt32(byte - 0x57)
        default: nil
        }
    }

    /// The length of the well-formed UTF-8 sequence at an offset (Unicode 16, table 3-7).
    private func multiByteLength(at position: Int) throws(JSONSyntaxError) -> Int {
        guard let base else { throw JSONSyntaxError(offset: position) }
        let second: ClosedRange<UInt8>
        let length: Int
        switch base[position] {
        case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: throw JSONSyntaxError(offset: position)
        }
        guard position + length <= end, second.contains(base[position + 1]) else {
            throw JSONSyntaxError(offset: position)
        }
        for index in 2..<max(2, length) where base[position + index] & 0xC0 != 0x80 {
            throw JSONSyntaxError(offset: position)
        }
        return length
    }
}
