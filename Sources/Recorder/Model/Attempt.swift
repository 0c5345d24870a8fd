/// One try at one upstream within an exchange.
///
/// All times are microseconds from the start of the exchange on the monotonic clock.
package struct Attempt: Sendable {
    /// The kind of upstream, such as `anthropic`.
    package var target: String
    /// The account that paid, or `nil` when the client's own credentials went through.
    package var account: String?
    /// Why this target was chosen.
    package var because: String
    /// What it turned out to be.
    package var kind: AttemptKind
    /// The candidates that were passed over, with the reason for each.
    package var rejected: [RejectedCandidate]
    /// What the proxy changed in the request beyond hop-by-hop headers, such as `accept-encoding narrowed to gzip`.
    package var changes: [String]
    /// When the attempt began.
    package var startedAt: Int64
    /// When the first byte of the response head arrived, or `nil`.
    package var firstByteAt: Int64?
    /// When the attempt was over.
    package var endedAt: Int64
    /// How it ended.
    package var ending: Ending
    /// One line on what went wrong on the way to the upstream, such as `connection refused`; else `nil`.
    package var failure: String?
    /// Until when the account is left alone because of this attempt.
    package var cooldownUntil: Timestamp?
    /// Why it is left alone, such as `5h window spent (opus)`.
    package var cooldownReason: String?
    /// How long the policy waited, before this attempt, for an account to come back.
    package var waited: Int64 = 0
    /// The request as sent upstream; its body is the client's unless the target needed another.
    package var request: RecordedRequest
    /// What the upstream sent, as far as it came.
    package var response: RecordedResponse?

    /// Makes an attempt.
    package init(
        target: String,
        account: String? = nil,
        because: String,
        kind: AttemptKind = .success,
        rejected: [RejectedCandidate] = [],
        changes: [String] = [],
        startedAt: Int64 = 0,
        firstByteAt: Int64? = nil,
        endedAt: Int64 = 0,
        ending: Ending = .complete,
        failure: String? = nil,
        cooldownUntil: Timestamp? = nil,
        request: RecordedRequest,
        response: RecordedResponse? = nil
    ) {
        self.target = target
        self.account = account
        self.because = because
        self.kind = kind
        self.rejected = rejected
        self.changes = changes
        self.startedAt = startedAt
        self.firstByteAt = firstByteAt
        self.endedAt = endedAt
        self.ending = ending
        self.failure = failure
        self.cooldownUntil = cooldownUntil
        self.request = request
        self.response = response
    }
}

/// A candidate that an attempt did not go to.
package struct RejectedCandidate: Hashable, Sendable {
    /// The account's name.
    package var account: String
    /// Why it was passed over.
    package var because: String

    /// Makes a rejected candidate.
    package init(account: String, because: String) {
        self.account = account
        self.because = because
    }
}
