package import Recorder

/// What a proxy remembers of its accounts between two starts, and what `proxy accounts list` shows of a running one.
///
/// It holds names, no keys; sessions stand in it under a hash.
package struct RoutingSnapshot: Codable, Sendable {
    /// The state of one account.
    package struct AccountState: Codable, Sendable {
        /// The account's name.
        package var name: String
        /// What stands for its credential in records: what is known holds for this key only.
        package var tag: String?
        /// Faults in a row.
        package var faults: Int?
        /// Attempts it was given, ever.
        package var requests = 0
        /// When it was given the last one.
        package var lastUsed: Timestamp?
        /// When it answered 401 or 403 first since its last success, or `nil`.
        package var failingSince: Timestamp?
        /// Cool-downs that were in force when this was written; look at `until`.
        package var cooldowns: [Cooldown] = []
        /// Windows as last seen.
        package var windows: [LimitWindow] = []
        /// Buckets as last seen, by family of models.
        package var buckets: [String: [LimitBucket]] = [:]

        /// Makes the state of an account that was never used.
        package init(name: String) {
            self.name = name
        }
    }

    /// A conversation that stays with an account.
    package struct SessionState: Codable, Sendable {
        /// A hash of the session key.
        package var key: String
        /// The account it belongs to.
        package var account: String
        /// When it was used last.
        package var lastUsed: Timestamp
        /// When its account served it last.
        package var homeUsed: Timestamp?
        /// The account that serves while its own is out.
        package var standIn: String?
        /// When that one served it last.
        package var standInUsed: Timestamp?

        /// Names a session.
        package init(key: String, account: String, lastUsed: Timestamp) {
            self.key = key
            self.account = account
            self.lastUsed = lastUsed
        }
    }

    /// When it was written.
    package var writtenAt: Timestamp
    /// The strategy in force.
    package var strategy: String
    /// The accounts.
    package var accounts: [AccountState] = []
    /// The sessions, least recently used first.
    package var sessions: [SessionState] = []

    /// Makes an empty snapshot.
    package init(writtenAt: Timestamp, strategy: String) {
        self.writtenAt = writtenAt
        self.strategy = strategy
    }

    /// The share of the account's capacity that is left for any model: 0 to 1, or `nil` when nothing is known.
    package static func headroom(_ windows: [LimitWindow], _ buckets: [LimitBucket], at now: Timestamp) -> Double? {
        var left: [Double] = []
        for window in windows {
            if let reset = window.reset, reset <= now {
                left.append(1)
            } else if window.isRejected {
                left.append(0)
            } else if let used = window.utilization {
                left.append(max(0, 1 - used))
            }
        }
        for bucket in buckets {
            guard let limit = bucket.limit, limit > 0, let remaining = bucket.remaining else { continue }
            guard let reset = bucket.reset, reset > now else {
                left.append(1)
                continue
            }
            left.append(min(1, max(0, Double(remaining) / Double(limit))))
        }
        return left.min()
    }
}
