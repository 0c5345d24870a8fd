/// How many exchanges of a replay came out how; the sum is the number of exchanges.
package struct RunTally: Hashable, Sendable {
    private var counts: [AnswerRung: Int] = [:]

    /// Makes an empty tally.
    package init() {}

    /// Counts one.
    package mutating func add(_ rung: AnswerRung) {
        counts[rung, default: 0] += 1
    }

    /// How many came out so.
    package subscript(rung: AnswerRung) -> Int { counts[rung] ?? 0 }

    /// How many there are.
    package var total: Int { counts.values.reduce(0, +) }

    /// Whether there are some and nobody has to look at any.
    package var isSame: Bool { total > 0 && counts.allSatisfy { $0.key.isSame || $0.value == 0 } }

    /// The result line: `exact=3 normalised=1 minor=0 major=0 unmatched=0 unused=0`.
    package var line: String {
        AnswerRung.allCases.map { "\($0.rawValue)=\(self[$0])" }.joined(separator: " ")
    }
}
