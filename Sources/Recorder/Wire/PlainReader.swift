/// Reads text as its reader means it: without percent-encoding and JSON escapes, however deep they lie in each other.
package struct PlainReader {
    private let text: UnsafeRawBufferPointer
    /// The bytes of a character that was escaped and has more than one.
    private var pending: [UInt8] = []
    /// Where what stands for the last byte begins.
    package private(set) var start = 0
    /// Where what stands for the last byte ends.
    package private(set) var position: Int

    /// Begins to read.
    package init(_ text: UnsafeRawBufferPointer, from position: Int = 0) {
        self.text = text
        self.position = position
    }

    /// The next byte; `nil` at the end.
    @inline(__always)
    package mutating func next() -> UInt8? {
        if pending.isEmpty, position < text.count {
            let byte = text[position]
            if byte != UInt8(ascii: "%"), byte != UInt8(ascii: "\\") {
                start = position
                position += 1
                return byte
            }
        }
        return nextEscaped()
    }

    /// The whole text; `nil` when nothing in it is escaped.
    package static func plain(_ text: [UInt8]) -> [UInt8]? {
        guard text.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "\\") }) else { return nil }
        var output: [UInt8] = []
        output.reserveCapacity(text.count)
        text.withUnsafeBytes { bytes in
            var reader = PlainReader(bytes)
            while let byte = reader.next() { output.append(byte) }
        }
        // Whatever stands for something else is longer than it.
        return output.count < text.count ? output : nil
    }

    private mutating func nextEscaped() -> UInt8? {
        if !pending.isEmpty { return pending.removeFirst() }
        guard position < text.count else { return nil }
        start = position
        position += 1
        return text[start] == UInt8(ascii: "%") ? percentEncoded() : escaped()
    }

    /// The byte behind a `%`, which may stand for a `%` itself.
    private mutating func percentEncoded() -> UInt8 {
        var byte = UInt8(ascii: "%")
        while byte == UInt8(ascii: "%"), let value = hexadecimal(2) {
            byte = UInt8(truncatingIfNeeded: value)
            position += 2
        }
        return byte
    }

    /// The byte behind any number of `\`.
    private mutating func escaped() -> UInt8 {
        while position < text.count, text[position] == UInt8(ascii: "\\") { position += 1 }
        guard position < text.count else { return UInt8(ascii: "\\") }
        let letter = text[position]
        position += 1
        switch letter {
        case UInt8(ascii: "n"): return 0x0A
        case UInt8(ascii: "r"): return 0x0D
        case UInt8(ascii: "t"): return 0x09
        case UInt8(ascii: "b"): return 0x08
        case UInt8(ascii: "f"): return 0x0C
        case UInt8(ascii: "u"):
            guard let value = hexadecimal(4) else { return letter }
            position += 4
            let bytes = Array(String(UnicodeScalar(value) ?? "\u{FFFD}").utf8)
            pending = Array(bytes.dropFirst())
            return bytes[0]
        default: return letter
        }
    }

    private func hexadecimal(_ count: Int) -> UInt32? {
        guard position + count <= text.count else { return nil }
        var value: UInt32 = 0
        for byte in text[position..<(position + count)] {
            guard let digit = Character(UnicodeScalar(byte)).hexDigitValue else { return nil }
            value = value << 4 | UInt32(digit)
        }
        return value
    }
}
