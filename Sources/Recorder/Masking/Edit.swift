/// One change to raw bytes.
struct Edit {
    /// The raw bytes that go.
    var range: Range<Int>
    /// What comes in their place.
    var replacement: [UInt8]
    /// All bytes of the secret this edit is part of; larger than `range` when the secret is spread over fragments.
    var group: Range<Int>
    /// Whether the secret goes to the end of the text looked at, so that more text may make it longer.
    var isOpen: Bool

    init(_ finding: Finding, textCount: Int) {
        range = finding.range
        replacement = finding.replacement
        group = finding.range
        isOpen = finding.range.upperBound == textCount
    }

    init(range: Range<Int>, replacement: [UInt8], isOpen: Bool) {
        self.range = range
        self.replacement = replacement
        self.isOpen = isOpen
        group = range
    }
}

/// A secret in raw bytes, before overlaps are resolved.
struct Finding {
    /// The raw bytes that go.
    var range: Range<Int>
    /// The word in the placeholder.
    var kind: MaskKind
    /// What comes in their place.
    var replacement: [UInt8]
    /// Where the text begins that gave it away.
    var contextStart: Int
    /// Whether only a name gave it away.
    var isByName: Bool
    /// The rank of the detector: of two that match the same bytes the lower one wins.
    var rank: Int
}

extension [Finding] {
    /// Sorts, and leaves one finding where several overlap.
    ///
    /// The larger one wins, so nothing stays uncovered. A value found by its name gives way to the secrets inside it
    /// when hardly anything else is in it, so that a secret has the same kind wherever it stands.
    mutating func resolveOverlaps() {
        guard count > 1 else { return }
        sort {
            ($0.range.lowerBound, -$0.range.upperBound, $0.isByName ? 1 : 0, $0.rank)
                < ($1.range.lowerBound, -$1.range.upperBound, $1.isByName ? 1 : 0, $1.rank)
        }
        var dropped = [Bool](repeating: false, count: count)
        for index in indices where self[index].isByName {
            var inside = 0
            var end = self[index].range.lowerBound
            var other = index + 1
            while other < count, self[other].range.lowerBound < self[index].range.upperBound {
                let candidate = self[other]
                if !candidate.isByName, candidate.range.upperBound <= self[index].range.upperBound {
                    inside += Swift.max(0, candidate.range.upperBound - Swift.max(end, candidate.range.lowerBound))
                    end = Swift.max(end, candidate.range.upperBound)
                }
                other += 1
            }
            if inside > 0, self[index].range.count - inside < 8 { dropped[index] = true }
        }
        var result: [Finding] = []
        for index in indices where !dropped[index] {
            let next = self[index]
            guard let last = result.last, next.range.lowerBound < last.range.upperBound else {
                result.append(next)
                continue
            }
            if next.range.upperBound > last.range.upperBound {
                result[result.count - 1].range = last.range.lowerBound..<next.range.upperBound
            }
            result[result.count - 1].contextStart = Swift.min(last.contextStart, next.contextStart)
        }
        self = result
    }
}
