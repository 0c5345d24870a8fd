import Recorder

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
        let isOpen = (shift + bytes.count) % 3 != 0
        for form in Set([false, true].map({ Base64.determined(by: bytes, shift: shift, urlSafe: $0) })) {
            add(Pattern(bytes: form, text: text, reachesBefore: shift != 0, reachesBehind: isOpen))
        }
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
        if pattern.reachesBefore, lower > 0, Base64.holds(text[lower - 1]) { lower -= 1 }
        if pattern.reachesBehind, upper < text.count, Base64.holds(text[upper]) { upper += 1 }
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
}
