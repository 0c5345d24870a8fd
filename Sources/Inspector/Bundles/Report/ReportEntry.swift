import Recorder

/// What a report shows of one exchange.
struct ReportEntry: Sendable {
    /// A bar of the timeline, and what is written beside it.
    struct Try: Sendable {
        var target: String
        var account: String?
        var because: String
        var kind: AttemptKind
        var status: Int?
        var errorType: String?
        var failure: String?
        var startedAt: Int64
        var endedAt: Int64
        /// The beginning of an error's body.
        var errorBody: String?
    }

    var summary: ExchangeSummary
    var tries: [Try]
    /// Why there was no further attempt, and whom that passed over.
    var decision: String?
    /// The beginning of the answer's body, when it is an error that no attempt brought.
    var errorBody: String?

    /// More attempts than any policy makes are not shown.
    private static let tryLimit = 20

    init(_ recorded: RecordedExchange) {
        let exchange = recorded.exchange
        summary = recorded.summary
        tries = exchange.attempts.prefix(Self.tryLimit).map { attempt in
            Try(
                target: attempt.target,
                account: attempt.account,
                because: attempt.because,
                kind: attempt.kind,
                status: attempt.response?.status,
                errorType: recorded.errorType(of: attempt),
                failure: attempt.failure,
                startedAt: attempt.startedAt,
                endedAt: attempt.endedAt,
                errorBody: Self.errorBody(attempt.response, recorded)
            )
        }
        decision = exchange.decision.map { decision in
            let rejected = decision.rejected.map { "\($0.account): \($0.because)" }.joined(separator: "; ")
            return decision.because + (rejected.isEmpty ? "" : " (\(rejected))")
        }
        let last = exchange.attempts.last?.response
        let isPassedOn = last?.status == exchange.response?.status && last?.body == exchange.response?.body
        errorBody = isPassedOn ? nil : Self.errorBody(exchange.response, recorded)
    }

    private static func errorBody(_ response: RecordedResponse?, _ recorded: RecordedExchange) -> String? {
        guard let response, response.status >= 400, response.body.storedLength > 0,
            response.body.storedLength <= 1 << 20, let stored = try? recorded.body(response.body),
            let text = BodyDecoding.decoded(stored, headers: response.headers), !text.isEmpty
        else { return nil }
        let limit = IncidentReport.bodyLimit
        return String(decoding: text.prefix(limit), as: UTF8.self) + (text.count > limit ? " …" : "")
    }
}
