/// The numbers of the policy; times are microseconds.
package struct RoutingConfiguration: Sendable {
    /// How an account is chosen.
    package var strategy = Strategy.session
    /// How long a conversation stays with its account after its last request.
    package var sessionTimeout: Int64 = 18_000_000_000
    /// Conversations that are remembered; the least recently used are forgotten beyond.
    package var sessionLimit = 10_000
    /// Attempts for one request, or `nil` for twice the number of accounts, at most ten.
    package var maxAttempts: Int?
    /// From the arrival of a request to the last moment at which an attempt may begin or stay unanswered.
    package var requestDeadline: Int64 = 600_000_000
    /// How long a request waits for an account that comes back, beyond waits for throttles.
    package var hold: Int64 = 0
    /// The longest wait for a throttle or an empty bucket.
    package var shortWait: Int64 = 60_000_000
    /// How often an account in cool-down that still accepts a part of the requests is tried when nothing else is left.
    package var probeInterval: Int64 = 60_000_000
    /// Every account answers 429 with this `retry-after` in seconds and no call upstream, for tests of clients.
    package var forcedRetryAfter: Int?

    /// Makes the configuration of the defaults.
    package init() {}

    /// The attempts that a request may have with so many accounts.
    func attemptLimit(accounts: Int) -> Int {
        maxAttempts ?? min(10, max(1, 2 * accounts))
    }
}
