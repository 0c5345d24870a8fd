package import Recorder

/// What an attempt came to, as far as the policy looks at it.
package struct AttemptOutcome: Sendable {
    /// What it turned out to be.
    package var kind: AttemptKind
    /// The status, or `nil` when no head came.
    package var status: Int?
    /// What the headers say about limits.
    package var limits = RateLimitReport()
    /// The date that a spend cap's message names.
    package var spendCapUntil: Timestamp?
    /// Whether there is an answer that could be given to the client as it is.
    package var isDeliverable = false
    /// Whether it is an `error` event that a stream of a success begins with.
    package var isErrorEvent = false
    /// Whether it was the proxy that gave up, as the time for the request was over; a fault only of an account that had a
    /// good part of it.
    package var isDeadline = false
    /// Whether the request surely did not reach the upstream.
    package var isUnsent = false

    /// Makes an outcome.
    package init(kind: AttemptKind, status: Int? = nil) {
        self.kind = kind
        self.status = status
    }
}
