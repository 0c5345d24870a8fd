/// How alike two texts are, by the pairs of neighbouring words they share (the Sørensen–Dice coefficient).
///
/// It takes time in proportion to the texts, and does not care where in them something was put in.
enum TextSimilarity {
    private struct Pair: Hashable {
        var first: Substring?
        var second: Substring?
    }

    /// A text's words: what lies between white space.
    static func words(_ text: String) -> [Substring] {
        text.split(whereSeparator: \.isWhitespace)
    }

    /// From 0, nothing in common, to 1000, the same words in the same order.
    static func of(_ left: [Substring], _ right: [Substring]) -> Int {
        if left == right { return 1000 }
        let (leftPairs, rightPairs) = (pairs(left), pairs(right))
        var counts: [Pair: Int] = [:]
        for pair in leftPairs { counts[pair, default: 0] += 1 }
        var shared = 0
        for pair in rightPairs {
            guard let count = counts[pair], count > 0 else { continue }
            counts[pair] = count - 1
            shared += 1
        }
        // Not the same, so never 1000, even where rounding or repeats would say so.
        return min(999, shared * 2000 / max(1, leftPairs.count + rightPairs.count))
    }

    /// The beginning and the end count as words, so that one word has pairs as well.
    private static func pairs(_ words: [Substring]) -> [Pair] {
        var pairs: [Pair] = []
        var last: Substring?
        for word in words {
            pairs.append(Pair(first: last, second: word))
            last = word
        }
        if last != nil { pairs.append(Pair(first: last, second: nil)) }
        return pairs
    }
}
