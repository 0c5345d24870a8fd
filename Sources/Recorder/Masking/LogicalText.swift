/// A stretch of text as its reader means it, with the way back to the raw bytes.
///
/// JSON escapes of any nesting depth and percent-encoding of any depth are resolved in one go: `\u0073`, `\\u0073`,
/// `%73` and `%2573` all read `s`. Detectors see only such text, so none of them knows about encodings, and a secret
/// has the same canonical bytes wherever it stands.
struct LogicalText {
    /// The decoded bytes.
    private(set) var bytes: [UInt8] = []
    /// Where each decoded byte begins in the raw text; one entry more than `bytes`.
    private(set) var offsets: [Int] = []
    /// The decoded position of the raw byte asked for in `fill`, unless that lies inside an escape.
    private(set) var anchor: Int?
    /// Whether the stretch goes to the end of the raw text.
    private(set) var isComplete = true
    /// Set by a detector that ran to the end of an incomplete stretch: with more text its answer may change.
    var wantsMore = false
    private var raw = UnsafeRawBufferPointer(start: nil, count: 0)

    var count: Int { bytes.count }

    /// Decodes `range` of `raw`, which must stay valid while this text is used.
    mutating func fill(_ raw: UnsafeRawBufferPointer, _ range: Range<Int>, anchor rawAnchor: Int = -1) {
        self.raw = raw
        wantsMore = false
        isComplete = range.upperBound == raw.count
        var anchor: Int?
        var offsets: [Int] = []
        // Decoding never makes a text longer.
        bytes = Array(unsafeUninitializedCapacity: range.count + 1) { buffer, count in
            offsets = Array(unsafeUninitializedCapacity: range.count + 1) { positions, positionCount in
                guard let output = buffer.baseAddress,
                    let places = positions.baseAddress
                else { return }
                var decoder = EscapeDecoder(raw: raw, end: range.upperBound, bytes: output, offsets: places)
                var position = range.lowerBound
                while position < range.upperBound {
                    if position == rawAnchor { anchor = decoder.count }
                    position = decoder.step(position)
                }
                places[decoder.count] = range.upperBound
                count = decoder.count
                positionCount = decoder.count + 1
            }
        }
        self.offsets = offsets
        self.anchor = anchor
    }

    /// The number of backslashes in front of the quote at `index`: the depth of JSON nesting it belongs to.
    func quoteDepth(at index: Int) -> Int {
        var position = offsets[index]
        let end = offsets[index + 1]
        var depth = 0
        while position < end, raw[position] == 0x5C {
            depth += 1
            position += 1
        }
        return depth
    }

    /// The raw range of a decoded range.
    func rawRange(_ range: Range<Int>) -> Range<Int> {
        offsets[range.lowerBound]..<offsets[range.upperBound]
    }

    /// The end of the longest run from `start` whose bytes satisfy `condition`, at most `limit` bytes long.
    @inline(__always)
    mutating func run(from start: Int, limit: Int = .max, while condition: (UInt8) -> Bool) -> Int {
        var position = start
        let end = limit < bytes.count - start ? start + limit : bytes.count
        while position < end, condition(bytes[position]) { position += 1 }
        if position == bytes.count && !isComplete { wantsMore = true }
        return position
    }

    /// Whether the decoded bytes at `start` are `text`.
    func hasBytes(_ text: StaticString, at start: Int) -> Bool {
        guard start >= 0, start + text.utf8CodeUnitCount <= bytes.count else { return false }
        for index in 0..<text.utf8CodeUnitCount where bytes[start + index] != text.utf8Start[index] { return false }
        return true
    }
}
