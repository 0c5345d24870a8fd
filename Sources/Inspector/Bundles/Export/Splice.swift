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
}
