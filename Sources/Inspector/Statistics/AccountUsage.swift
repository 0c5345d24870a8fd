package import Recorder

/// What one account of an upstream was used for, and what came of it.
package struct AccountUsage: Hashable, Sendable {
    /// The kind of upstream; `nil` stands for exchanges that the proxy answered without an attempt.
    package var target: String?
    /// The account, or `nil` when the client's own credentials went through.
    package var account: String?
    /// Exchanges whose last attempt went to it.
    package var exchanges = 0
    /// How many of these were errors to the client.
    package var clientErrors = 0
    /// How many of these replayed a recording: they are no spend.
    package var replays = 0
    /// All attempts that went to it, by what they turned out to be.
    package var kinds: [AttemptKind: Int] = [:]
    /// What the exchanges cost, without replays.
    package var spend = SpendSums()
    /// When the newest exchange that used it began.
    package var lastUsed: Timestamp

    /// All attempts that went to it.
    package var attempts: Int { kinds.values.reduce(0, +) }

    func attempts(_ outcome: OutcomeClass) -> Int {
        kinds.reduce(0) { $0 + (OutcomeClass($1.key) == outcome ? $1.value : 0) }
    }

    /// The account for people: credentials of the client's own have no name, so the kind of upstream says where it went.
    var name: String { account ?? target ?? "(no attempt)" }
}
