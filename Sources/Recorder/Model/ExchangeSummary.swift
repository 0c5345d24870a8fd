/// The facts of an exchange that lists and filters work on: one row of the catalog, one line of `inspector logs`.
///
/// All durations are microseconds. Unknown is `nil`.
package struct ExchangeSummary: Hashable, Sendable {
    /// The global id.
    package var id: ExchangeID
    /// The number behind `x` in its address.
    package var number: UInt64
    /// When the first byte of the request arrived.
    package var startedAt: Timestamp
    /// The conversation.
    package var session: String?
    /// The person or machine the usage counts for.
    package var user: String?
    /// The name of the client key.
    package var clientKey: String?
    /// The method.
    package var method: String
    /// The path without the query.
    package var path: String
    /// The model: the answer's if it names one, else the request's.
    package var model: String?
    /// Whether the client asked for a stream.
    package var stream: Bool?
    /// The status the client got, or `nil` when no head was sent.
    package var status: Int?
    /// `error.type` of the answer or of an `error` event in it.
    package var errorType: String?
    /// The target of the last attempt.
    package var target: String?
    /// The account of the last attempt.
    package var account: String?
    /// What the last attempt turned out to be; `nil` when there was none.
    package var kind: AttemptKind?
    /// How many attempts were made.
    package var attempts: Int
    /// All attempts but the last, in order.
    package var earlierAttempts: [AttemptSummary] = []
    /// Tokens by kind; `nil` for errors and for answers that report none.
    package var tokens: TokenUsage?
    /// Millionths of a millionth of a US dollar (pico-dollars), or `nil` when the model has no known price.
    package var costPicodollars: Int64?
    /// From the first byte of the request to the end.
    package var duration: Int64
    /// From the first byte of the request to the first byte of the answer's body given to the client.
    package var timeToFirstByte: Int64?
    /// The longest silence between two reads of the answer.
    package var longestGap: Int64?
    /// How it ended for the client.
    package var ending: Ending
    /// Body bytes of the request on the wire.
    package var requestBytes: Int
    /// Body bytes of the answer on the wire.
    package var responseBytes: Int
    /// The bundle it was sealed into, or `nil` while it is live.
    package var bundle: String?
    /// The id of the recorded exchange that this one sent again: its tokens are no spend.
    package var replayOf: String?

    /// Makes a summary of what is always known; the rest is set afterwards.
    package init(
        id: ExchangeID,
        number: UInt64,
        startedAt: Timestamp,
        method: String,
        path: String,
        attempts: Int = 0,
        duration: Int64 = 0,
        ending: Ending = .complete,
        requestBytes: Int = 0,
        responseBytes: Int = 0
    ) {
        self.id = id
        self.number = number
        self.startedAt = startedAt
        self.method = method
        self.path = path
        self.attempts = attempts
        self.duration = duration
        self.ending = ending
        self.requestBytes = requestBytes
        self.responseBytes = responseBytes
    }

    /// Whether `--error-only` shows it: a status of 400 or more, none at all, or an ending other than `complete`.
    package var isError: Bool {
        guard let status else { return true }
        return status >= 400 || ending != .complete
    }
}
