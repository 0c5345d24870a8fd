/// Finds known texts in bytes: in any letter case, behind percent-encoding and JSON escapes, and in base64.
///
/// One walk finds all of them, however many there are.
struct KnownTexts {
    /// Where a text stands.
    struct Match {
        /// The bytes that stand for it.
        var range: Range<Int>
        /// The text as it was added.
        var text: String
    }

    private struct Pattern {
        var bytes: [UInt8]
        var text: String
        /// Whether the base64 characters beside it hold some of its bits, too.
        var reachesBefore = false
        var reachesBehind = false
    }

    /// Shorter texts are not looked for: they may be words.
    static let shortest = 12
    private static let windowLength = 8
    private static let filterBits = 16

    /// By their first eight bytes.
    private var patterns: [UInt64: [Pattern]] = [:]
    /// A bit for each hash of first bytes, so that few places cost a look-up.
    private var filter = [UInt64](repeating: 0, count: 1 << (filterBits - 6))

    /// Looks for one more text, unless it is too short.
    mutating func add(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= Self.shortest else { return }
        var plain: [UInt8] = []
        bytes.withUnsafeBytes {
            var reader = PlainReader($0)
            while let byte = reader.next() { plain.append(byte) }
        }
        add(Pattern(bytes: plain, text: text))
        for form in Set([text, text.lowercased(), text.uppercased()]) {
            for shift in 0..<3 { addBase64(Array(form.utf8), shift, text) }
        }
    }

    /// Adds what base64 makes of bytes that begin at a place in a group of three.
    private mutating func addBase64(_ bytes: [UInt8], _ shift: Int, _ text: String) {
        let all = Self.base64([UInt8](repeating: 0, count: shift) + bytes)
        // Characters that hold bits of what stands beside are not known.
        let known = all[[0, 2, 3][shift]..<((shift + bytes.count) * 8 / 6)]
        let isOpen = (shift + bytes.count) % 3 != 0
        add(Pattern(bytes: Array(known), text: text, reachesBefore: shift != 0, reachesBehind: isOpen))
        let other = known.map {
            $0 == UInt8(ascii: "+") ? UInt8(ascii: "-") : $0 == UInt8(ascii: "/") ? UInt8(ascii: "_") : $0
        }
        guard !known.elementsEqual(other) else { return }
        add(Pattern(bytes: other, text: text, reachesBefore: shift != 0, reachesBehind: isOpen))
    }

    private mutating func add(_ pattern: Pattern) {
        var pattern = pattern
        pattern.bytes = pattern.bytes.map(Self.folded)
        guard pattern.bytes.count >= Self.windowLength else { return }
        let window = pattern.bytes.prefix(Self.windowLength).reduce(0) { $0 << 8 | UInt64($1) }
        patterns[window, default: []].append(pattern)
        let bit = Self.bit(of: window)
        filter[bit >> 6] |= 1 << UInt64(bit & 63)
    }

    // MARK: - Looking

    /// Where the texts stand, from left to right; those inside of others come as well.
    func matches(in bytes: [UInt8]) -> [Match] {
        guard !patterns.isEmpty else { return [] }
        return bytes.withUnsafeBytes { matches(in: $0) }
    }

    private func matches(in text: UnsafeRawBufferPointer) -> [Match] {
        var found: [Match] = []
        var reader = PlainReader(text)
        var window: UInt64 = 0
        // Where the last bytes begin: a ring.
        var starts = (0, 0, 0, 0, 0, 0, 0, 0)
        var count = 0
        withUnsafeMutableBytes(of: &starts) { raw in
            let starts = raw.bindMemory(to: Int.self)
            while let byte = reader.next() {
                window = window << 8 | UInt64(Self.folded(byte))
                starts[count & 7] = reader.start
                count += 1
                let bit = Self.bit(of: window)
                guard count >= Self.windowLength, filter[bit >> 6] & (1 << UInt64(bit & 63)) != 0,
                    let candidates = patterns[window]
                else { continue }
                for pattern in candidates {
                    guard let range = Self.range(of: pattern, in: text, from: starts[count & 7]) else { continue }
                    found.append(Match(range: range, text: pattern.text))
                }
            }
        }
        return found
    }

    private static func range(of pattern: Pattern, in text: UnsafeRawBufferPointer, from start: Int) -> Range<Int>? {
        var reader = PlainReader(text, from: start)
        for byte in pattern.bytes {
            guard let next = reader.next(), folded(next) == byte else { return nil }
        }
        var (lower, upper) = (start, reader.position)
        if pattern.reachesBefore, lower > 0, isBase64(text[lower - 1]) { lower -= 1 }
        if pattern.reachesBehind, upper < text.count, isBase64(text[upper]) { upper += 1 }
        return lower..<upper
    }

    // MARK: - Bytes

    private static func bit(of window: UInt64) -> Int {
        Int(truncatingIfNeeded: (window &* 0x9E37_79B9_7F4A_7C15) >> UInt64(64 - filterBits))
    }

    /// Small letters, and a space for the `+` of queries.
    @inline(__always)
    private static func folded(_ byte: UInt8) -> UInt8 {
        switch byte {
        case 0x41...0x5A: byte | 0x20
        case UInt8(ascii: "+"): 0x20
        default: byte
        }
    }

    private static func isBase64(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "+/-_".utf8.contains(byte)
        }
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    private static func base64(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var value: UInt32 = 0
        var bits = 0
        for byte in bytes {
            value = (value << 8 | UInt32(byte)) & 0xFFFF
            bits += 8
            while bits >= 6 {
                bits -= 6
                result.append(alphabet[Int(value >> UInt32(bits)) & 63])
            }
        }
        return result
    }
}
