/// Why an exchange was answered as it was, when no attempt went on.
package struct AnswerDecision: Hashable, Sendable {
    /// The reason, such as `every account is out; team-b is back first`.
    package var because: String
    /// What each candidate was passed over for.
    package var rejected: [RejectedCandidate]
    /// How long the policy waited, after the last attempt, for an account to come back, in microseconds.
    package var waited: Int64

    /// Makes a decision.
    package init(because: String, rejected: [RejectedCandidate] = [], waited: Int64 = 0) {
        self.because = because
        self.rejected = rejected
        self.waited = waited
    }
}
