/// Exchanges, or attempts that were not an exchange's last, of one account with one outcome, as the catalog counts them.
package struct AccountGroup: Sendable {
    /// The kind of upstream; `nil` when no attempt was made.
    package var target: String?
    /// The account.
    package var account: String?
    /// What the attempts turned out to be.
    package var kind: AttemptKind?
    /// How many attempts, or exchanges without an attempt.
    package var count: Int
    /// How many of them were an exchange's last.
    package var exchanges = 0
    /// How many of the exchanges are errors.
    package var errors = 0
    /// How many of the exchanges replayed a recording.
    package var replays = 0
    /// What the exchanges cost, without replays.
    package var spend = SpendSums()
    /// When the newest of their exchanges began.
    package var lastStart: Timestamp
}
