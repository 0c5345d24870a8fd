import Glibc

/// The texts that a stream of events sends in fragments, put together.
///
/// A fragment is a string directly under `delta` or `content_block`, a tool call's `arguments` anywhere below `delta`,
/// or a string `delta` or `completion` itself. Fragments with the same path and the same indexes (`index`,
/// `output_index`, …) of the objects around them belong together, whatever stands between them.
struct DeltaStreams {
    /// One text and where its fragments came from.
    struct Assembled {
        /// The fragments' raw bytes, still JSON-escaped, one behind the other.
        var bytes: [UInt8] = []
        /// Where each fragment begins in `bytes` and in the raw text.
        var fragments: [(assembled: Int, raw: Int)] = []

        /// The changes to the raw text for a secret in the assembled one: the placeholder where it begins, nothing
        /// where it goes on.
        func edits(for finding: Finding) -> [Edit] {
            var low = 0
            var high = fragments.count
            while high - low > 1 {
                let middle = (low + high) / 2
                if fragments[middle].assembled <= finding.range.lowerBound { low = middle } else { high = middle }
            }
            var edits: [Edit] = []
            let isOpen = finding.range.upperBound == bytes.count
            var position = finding.range.lowerBound
            while position < finding.range.upperBound, low < fragments.count {
                let next = low + 1 < fragments.count ? fragments[low + 1].assembled : bytes.count
                let end = min(next, finding.range.upperBound)
                if end > position {
                    let start = fragments[low].raw + position - fragments[low].assembled
                    let replacement = edits.isEmpty ? finding.replacement : []
                    let range = start..<(start + end - position)
                    edits.append(Edit(range: range, replacement: replacement, isOpen: isOpen))
                }
                position = max(position, end)
                low += 1
            }
            guard let first = edits.first, let last = edits.last else { return edits }
            for index in edits.indices { edits[index].group = first.range.lowerBound..<last.range.upperBound }
            return edits
        }
    }

    private(set) var assembled: [Assembled] = []
    /// All fragments in raw order.
    private var fragments: [Range<Int>] = []
    private var numbers: [UInt64: Int] = [:]
    /// The text of the fragment before; most often the next belongs to it, too.
    private var last: (key: UInt64, number: Int)?
    private var parser = DeltaParser()

    /// Whether `range` lies inside one fragment.
    func hasFragment(around range: Range<Int>) -> Bool {
        var low = 0
        var high = fragments.count
        while low < high {
            let middle = (low + high) / 2
            if fragments[middle].lowerBound <= range.lowerBound { low = middle + 1 } else { high = middle }
        }
        return low > 0 && fragments[low - 1].upperBound >= range.upperBound
    }

    /// Collects the fragments of all whole lines of `raw`.
    mutating func collect(from raw: UnsafeRawBufferPointer) {
        var position = 0
        while position < raw.count {
            let end = lineEnd(raw, position)
            collect(line: position..<end, of: raw)
            position = end + 1
        }
    }

    private func lineEnd(_ raw: UnsafeRawBufferPointer, _ start: Int) -> Int {
        guard let base = raw.baseAddress else { return raw.count }
        let feed = memchr(base + start, 0x0A, raw.count - start).map { UnsafeRawPointer($0) - base } ?? raw.count
        // JSON strings hold no raw CR, so one in front of the LF ends the line.
        return memchr(base + start, 0x0D, feed - start).map { UnsafeRawPointer($0) - base } ?? feed
    }

    private mutating func collect(line: Range<Int>, of raw: UnsafeRawBufferPointer) {
        var start = line.lowerBound
        let prefix: StaticString = "data:"
        if line.count > 5, (0..<5).allSatisfy({ raw[start + $0] == prefix.utf8Start[$0] }) { start += 5 }
        while start < line.upperBound, raw[start] == 0x20 { start += 1 }
        guard start < line.upperBound, raw[start] == UInt8(ascii: "{") else { return }
        parser.parse(raw, start..<line.upperBound)
        for fragment in parser.fragments {
            let number: Int
            if let last, last.key == fragment.key {
                number = last.number
            } else if let known = numbers[fragment.key] {
                number = known
            } else {
                number = assembled.count
                numbers[fragment.key] = number
                assembled.append(Assembled())
            }
            last = (fragment.key, number)
            fragments.append(fragment.range)
            assembled[number].fragments.append((assembled[number].bytes.count, fragment.range.lowerBound))
            assembled[number].bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: raw[fragment.range]))
        }
    }
}
