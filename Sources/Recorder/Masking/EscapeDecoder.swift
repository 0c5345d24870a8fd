/// Decodes raw text byte by byte into two buffers: the decoded bytes and where each of them came from.
struct EscapeDecoder {
    let raw: UnsafeRawBufferPointer
    /// Where the raw text to decode ends.
    let end: Int
    let bytes: UnsafeMutablePointer<UInt8>
    let offsets: UnsafeMutablePointer<Int>
    /// How many bytes have been decoded.
    private(set) var count = 0

    init(
        raw: UnsafeRawBufferPointer,
        end: Int,
        bytes: UnsafeMutablePointer<UInt8>,
        offsets: UnsafeMutablePointer<Int>
    ) {
        self.raw = raw
        self.end = end
        self.bytes = bytes
        self.offsets = offsets
    }

    /// Decodes what begins at `position`.
    ///
    /// - Returns: The position behind it.
    @inline(__always)
    mutating func step(_ position: Int) -> Int {
        let byte = raw[position]
        if byte == 0x5C { return decodeBackslashes(position) }
        if byte == 0x25 { return decodePercent(position) }
        append(byte, position)
        return position &+ 1
    }

    @inline(__always)
    private mutating func append(_ byte: UInt8, _ offset: Int) {
        bytes[count] = byte
        offsets[count] = offset
        count &+= 1
    }

    private mutating func decodeBackslashes(_ start: Int) -> Int {
        var position = start
        while position < end, raw[position] == 0x5C { position += 1 }
        guard position < end else {
            for offset in start..<end { append(0x5C, offset) }
            return end
        }
        switch raw[position] {
        case UInt8(ascii: "n"): append(0x0A, start)
        case UInt8(ascii: "r"): append(0x0D, start)
        case UInt8(ascii: "t"): append(0x09, start)
        case UInt8(ascii: "b"), UInt8(ascii: "f"): append(0x20, start)
        case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "/"): append(raw[position], start)
        case UInt8(ascii: "u"):
            guard let unit = hexUnit(position + 1) else {
                append(0x5C, start)
                return position
            }
            return appendScalar(unit, start, position + 5)
        default:
            append(0x5C, start)
            return position
        }
        return position + 1
    }

    private func hexUnit(_ start: Int) -> UInt32? {
        guard start + 4 <= end else { return nil }
        var value: UInt32 = 0
        for index in start..<(start + 4) {
            guard let digit = ByteClass.hexValue(raw[index]) else { return nil }
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    private mutating func appendScalar(_ unit: UInt32, _ start: Int, _ next: Int) -> Int {
        var scalar = unit
        var position = next
        if (0xD800...0xDBFF).contains(unit) {
            var low = next
            while low < end, raw[low] == 0x5C { low += 1 }
            if low > next, low < end, raw[low] == UInt8(ascii: "u"), let second = hexUnit(low + 1),
                (0xDC00...0xDFFF).contains(second)
            {
                scalar = 0x10000 + (unit - 0xD800) << 10 + (second - 0xDC00)
                position = low + 5
            }
        }
        for byte in UTF8.encode(Unicode.Scalar(scalar) ?? "\u{FFFD}") ?? UTF8.encodedReplacementCharacter {
            append(byte, start)
        }
        return position
    }

    private mutating func decodePercent(_ start: Int) -> Int {
        var position = start + 1
        func isPair(_ at: Int) -> Bool {
            at + 2 <= end && ByteClass.isHex(raw[at]) && ByteClass.isHex(raw[at + 1])
        }
        while position + 2 < end, raw[position] == UInt8(ascii: "2"), raw[position + 1] == UInt8(ascii: "5"),
            isPair(position + 2)
        {
            position += 2
        }
        if isPair(position), let high = ByteClass.hexValue(raw[position]),
            let low = ByteClass.hexValue(raw[position + 1])
        {
            let value = high << 4 | low
            if value >= 0x20 && value != 0x7F || value == 0x0A || value == 0x0D || value == 0x09 {
                append(value, start)
                return position + 2
            }
        }
        append(0x25, start)
        return start + 1
    }
}
