/// The facts of an attempt that statistics work on.
package struct AttemptSummary: Hashable, Sendable {
    /// The kind of upstream.
    package var target: String
    /// The account that paid, or `nil` when the client's own credentials went through.
    package var account: String?
    /// What it turned out to be.
    package var kind: AttemptKind
    /// The status of what came back, or `nil`.
    package var status: Int?
    /// From its beginning to its end, in microseconds.
    package var duration: Int64

    /// Makes a summary.
    package init(target: String, account: String?, kind: AttemptKind, status: Int?, duration: Int64) {
        self.target = target
        self.account = account
        self.kind = kind
        self.status = status
        self.duration = duration
    }

    init(_ attempt: Attempt) {
        self.init(
            target: attempt.target,
            account: attempt.account,
            kind: attempt.kind,
            status: attempt.response?.status,
            // A damaged frame may say anything.
            duration: attempt.endedAt &- attempt.startedAt
        )
    }
}
