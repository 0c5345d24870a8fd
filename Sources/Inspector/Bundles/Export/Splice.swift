#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Changes to bytes that are cut into runs, such as the pieces of a body or the reads that brought it.
struct Splice {
    /// What goes, and what comes in its place.
    struct Edit {
        var range: Range<Int>
        var replacement: [UInt8]
    }

    /// In order and without overlaps.
    private(set) var edits: [Edit]

    /// Takes edits in any order; of two that overlap the first one wins, of two that begin together the longer one.
    init(_ edits: [Edit]) {
        var kept: [Edit] = []
        let sorted = edits.sorted {
            ($0.range.lowerBound, $1.range.upperBound) < ($1.range.lowerBound, $0.range.upperBound)
        }
        for edit in sorted where edit.range.lowerBound >= kept.last?.range.upperBound ?? 0 {
            kept.append(edit)
        }
        self.edits = kept
    }

    /// The bytes after the edits.
    func applied(to bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + 64)
        var position = 0
        for edit in edits {
            result += bytes[position..<edit.range.lowerBound]
            result += edit.replacement
            position = edit.range.upperBound
        }
        return result + bytes[position...]
    }

    /// The lengths of runs after the edits: a replacement counts to the run in which it begins.
    func lengths(of runs: [Int]) -> [Int] {
        var result: [Int] = []
        var border = 0
        var change = 0
        var next = 0
        var previous = 0
        for run in runs {
            border += run
            while next < edits.count, edits[next].range.upperBound <= border {
                change += edits[next].replacement.count - edits[next].range.count
                next += 1
            }
            var end = border + change
            if next < edits.count, edits[next].range.lowerBound < border {
                end = edits[next].range.lowerBound + change + edits[next].replacement.count
            }
            result.append(end - previous)
            previous = end
        }
        return result
    }

    /// Whether an edit changes bytes of a range.
    func touches(_ range: Range<Int>) -> Bool {
        edits.contains { $0.range.overlaps(range) }
    }

    /// Where a text occurs in bytes, from left to right.
    static func ranges(of text: [UInt8], in bytes: UnsafeRawBufferPointer) -> [Range<Int>] {
        guard let first = text.first, let base = bytes.baseAddress else { return [] }
        var ranges: [Range<Int>] = []
        var position = 0
        while position + text.count <= bytes.count,
            let found = memchr(base + position, Int32(first), bytes.count - text.count + 1 - position)
        {
            let start = UnsafeRawPointer(found) - base
            let isHere = text.withUnsafeBytes { part in
                part.baseAddress.map { memcmp(base + start, $0, part.count) == 0 } ?? false
            }
            if isHere { ranges.append(start..<(start + text.count)) }
            position = start + (isHere ? text.count : 1)
        }
        return ranges
    }
}
