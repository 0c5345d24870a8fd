package import Recorder

/// A span in which an account is left alone, and why.
package struct Cooldown: Hashable, Sendable, Codable {
    /// The kind of outcome that caused it, which is its reason.
    package var kind: AttemptKind
    /// The family of models it is for, such as `opus`, or `nil` for all.
    package var family: String?
    /// When it began.
    package var since: Timestamp
    /// When it ends.
    package var until: Timestamp
    /// The id of the exchange that caused it.
    package var exchange: String
    /// `representative-claim` of the window that is spent, such as `five_hour`.
    package var claim: String?
    /// The reason in words, such as `5h window spent`.
    package var reason: String
    /// Whether the account answers all the same, at a price: paid overage.
    package var servesAnyway = false
    /// Whether the upstream still accepts a part of the requests.
    package var acceptsSome = false

    /// Makes a cool-down.
    package init(
        kind: AttemptKind,
        family: String? = nil,
        since: Timestamp,
        until: Timestamp,
        exchange: String,
        claim: String? = nil,
        reason: String
    ) {
        self.kind = kind
        self.family = family
        self.since = since
        self.until = until
        self.exchange = exchange
        self.claim = claim
        self.reason = reason
    }
}
