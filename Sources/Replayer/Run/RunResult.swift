package import CurlSupport
package import Recorder

/// What became of one exchange of a replay.
package struct RunResult: Sendable {
    /// The recorded exchange.
    package var summary: ExchangeSummary
    /// How much alike the answers are.
    package var rung: AnswerRung
    /// The recorded answer, when the request was sent.
    package var recorded: AnswerFacts?
    /// The new answer, when the request was sent.
    package var replayed: AnswerFacts?
    /// What differs.
    package var differences: [AnswerComparison.Difference] = []
    /// How alike the texts are, from 0 to 1000; `nil` without a comparison.
    package var similarity: Int?
    /// How long the stages of the new transfer took.
    package var timing: CurlTiming?
    /// Why there is no answer, or why it ended early.
    package var failure: String?
    /// What the request lacks, when it was not sent for that.
    package var needs: [String] = []
    /// Why else it was not sent.
    package var unsent: String?
    /// Names of headers that were masked and left out.
    package var droppedHeaders: [String] = []
    /// Ids and e-mail addresses that went out made up.
    package var madeUpIDs = 0

    /// Why a request was not sent, or its answer given up, when somebody ended the replay.
    package static let interruption = "the replay was interrupted"

    /// Begins a result.
    package init(_ summary: ExchangeSummary, _ rung: AnswerRung) {
        self.summary = summary
        self.rung = rung
    }
}
