/// How the lengths of chunks follow the edits of a body.
enum ChunkMap {
    /// The lengths of the chunks after `edits`: a placeholder counts to the chunk in which its secret begins.
    static func lengths(after edits: [Edit], of lengths: [Int]) -> [Int] {
        var result: [Int] = []
        result.reserveCapacity(lengths.count)
        var border = 0
        var change = 0
        var next = 0
        var previous = 0
        for length in lengths {
            border += length
            while next < edits.count, edits[next].range.upperBound <= border {
                change += edits[next].replacement.count - edits[next].range.count
                next += 1
            }
            var output = border + change
            if next < edits.count, edits[next].range.lowerBound < border {
                output += edits[next].replacement.count - (border - edits[next].range.lowerBound)
            }
            result.append(output - previous)
            previous = output
        }
        return result
    }
}
