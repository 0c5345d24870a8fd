import Recorder

/// The comparison of a recorded answer with that of a replay.
package struct AnswerComparison: Sendable {
    /// One thing that differs.
    package struct Difference: Hashable, Sendable {
        /// What: `status`, `error`, `ending`, `stop`, `tools`, `tool input`, `text`, `thinking`, `tokens` or `body`.
        package var name: String
        /// As recorded, in words.
        package var recorded: String
        /// As it is now, in words.
        package var replayed: String
    }

    /// How much alike they are.
    package private(set) var rung: AnswerRung
    /// What differs, the weightiest first.
    package private(set) var differences: [Difference] = []
    /// How alike the texts are, from 0 to 1000.
    package private(set) var similarity = 1000

    /// The least similarity of a minor difference.
    package static let minorSimilarity = 900

    /// Compares.
    package init(recorded: AnswerFacts, replayed: AnswerFacts) {
        rung = .exact
        // A client that left has seen the beginning of an answer only.
        let isCut = recorded.ending == .clientCancelled
        guard replayed.status != nil else {
            let isSame = recorded.status == nil && recorded.ending == replayed.ending
            rung = isSame ? .normalised : .unmatched
            return
        }
        if recorded.status == replayed.status, isCut || Self.isSame(recorded.ending, replayed.ending),
            let old = recorded.body, let new = replayed.body, old == new
        {
            return
        }
        rung = .normalised
        compareOutcome(recorded, replayed, isCut: isCut)
        compareContent(recorded, replayed, isCut: isCut)
    }

    /// A reset of the upstream's connection is seen as one or as a truncation, as the proxy in between ends its own.
    private static func isSame(_ recorded: Ending, _ replayed: Ending) -> Bool {
        let broken: Set<Ending> = [.reset, .truncated]
        return recorded == replayed || broken.contains(recorded) && broken.contains(replayed)
    }

    private mutating func note(_ rung: AnswerRung, _ name: String, _ recorded: String?, _ replayed: String?) {
        if self.rung != .major { self.rung = rung }
        differences.append(Difference(name: name, recorded: recorded ?? "none", replayed: replayed ?? "none"))
    }

    private mutating func compareOutcome(_ recorded: AnswerFacts, _ replayed: AnswerFacts, isCut: Bool) {
        if recorded.status != replayed.status {
            // A client that left before the head leaves nothing to compare with.
            let rung: AnswerRung = isCut && recorded.status == nil ? .minor : .major
            note(rung, "status", recorded.status.map { String($0) }, replayed.status.map { String($0) })
        }
        if isCut { return }
        if recorded.errorType != replayed.errorType { note(.major, "error", recorded.errorType, replayed.errorType) }
        if !Self.isSame(recorded.ending, replayed.ending) {
            note(.major, "ending", recorded.ending.rawValue, replayed.ending.rawValue)
        }
        if recorded.stopReason != replayed.stopReason { note(.major, "stop", recorded.stopReason, replayed.stopReason) }
        if recorded.tools != replayed.tools {
            note(.major, "tools", AnswerComparison.list(recorded.tools), AnswerComparison.list(replayed.tools))
        }
    }

    private mutating func compareContent(_ recorded: AnswerFacts, _ replayed: AnswerFacts, isCut: Bool) {
        guard recorded.body != nil, replayed.body != nil else {
            if recorded.status != nil, (recorded.body == nil) != (replayed.body == nil) {
                note(.minor, "body", recorded.body.map { _ in "read" }, replayed.body.map { _ in "read" })
            }
            return
        }
        let old = TextSimilarity.words(recorded.text)
        var new = TextSimilarity.words(replayed.text)
        // The last word may be cut in the middle, which the similarity forgives.
        if isCut { new = Array(new.prefix(old.count)) }
        if old != new {
            similarity = TextSimilarity.of(old, new)
            let isMinor = similarity >= AnswerComparison.minorSimilarity
            note(isMinor ? .minor : .major, "text", "\(old.count) words", "\(new.count) words")
        }
        if isCut { return }
        if recorded.tools == replayed.tools, recorded.toolInputs != replayed.toolInputs {
            let places = zip(recorded.toolInputs, replayed.toolInputs).enumerated().filter { $1.0 != $1.1 }.map(
                \.offset
            )
            let names = AnswerComparison.list(places.map { recorded.tools[$0] })
            note(.minor, "tool input", names, "another")
        }
        if TextSimilarity.words(recorded.thinking) != TextSimilarity.words(replayed.thinking) {
            note(
                .minor,
                "thinking",
                recorded.thinking.isEmpty ? nil : "some",
                replayed.thinking.isEmpty ? nil : "other"
            )
        }
        if recorded.tokens != replayed.tokens {
            note(.minor, "tokens", AnswerComparison.text(recorded.tokens), AnswerComparison.text(replayed.tokens))
        }
    }

    private static func list(_ names: [String]) -> String {
        names.isEmpty ? "none" : names.prefix(8).joined(separator: ", ") + (names.count > 8 ? ", …" : "")
    }

    /// Prompt and answer, as `12 in 20 out`; what is cached counts as prompt.
    private static func text(_ tokens: TokenUsage?) -> String? {
        tokens.map { "\($0.prompt) in \($0.output ?? 0) out" }
    }
}

extension TokenUsage {
    /// All tokens of the prompt, cached or not; a sum beyond what a number holds is the largest number.
    fileprivate var prompt: Int {
        [input, cacheRead, cacheWrite5m, cacheWrite1h].reduce(0) { sum, part in
            let (next, isBeyond) = sum.addingReportingOverflow(max(0, part ?? 0))
            return isBeyond ? .max : next
        }
    }
}
