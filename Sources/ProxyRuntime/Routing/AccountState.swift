import Recorder

/// What the policy has learnt about one account.
struct AccountState: Sendable {
    let id: AccountID
    var account: RoutedAccount
    /// Attempts it was given, ever.
    var requests = 0
    /// When it was given the last one.
    var lastUsed: Timestamp?
    /// Attempts that are on their way.
    var inFlight = 0
    /// Attempts that were begun since a bucket was seen.
    var sentSinceSeen = 0
    /// Cool-downs, at most one for each class and family.
    var cooldowns: [Cooldown] = []
    /// Faults since the last answer that was none.
    var faults = 0
    /// Refusals of the credential since the last success.
    var refusals = 0
    var failingSince: Timestamp?
    /// Whether the one request that tries out a broken account is on its way.
    var isProbing = false
    /// How many attempts may be on their way together after a bucket was empty, or `nil` for any number.
    var admitted: Int?
    /// When it was tried last although it is in cool-down.
    var lastTry: Timestamp?
    /// Windows as last seen.
    var windows: [LimitWindow] = []
    /// Buckets as last seen, by family of models, with the time.
    var buckets: [String: (seen: Timestamp, buckets: [LimitBucket])] = [:]

    init(id: AccountID, account: RoutedAccount) {
        self.id = id
        self.account = account
    }

    /// Faults in a row after which an account is tried by one request at a time.
    static let breakerLimit = 5

    // MARK: - Cool-downs

    /// Sets a cool-down in the place of the one of its class and family.
    ///
    /// - Parameters:
    ///   - new: the cool-down.
    ///   - isNamed: whether the upstream named its end. A guessed end, or one of a weaker kind, never shortens what is there.
    /// - Returns: the cool-down, or `nil` when what is there stays.
    mutating func cool(_ new: Cooldown, isNamed: Bool) -> Cooldown? {
        guard let index = cooldowns.firstIndex(where: { $0.hasPlace(of: new) }) else {
            cooldowns.append(new)
            return new
        }
        let old = cooldowns[index]
        let isWeaker = !isNamed || strength(new.kind) < strength(old.kind)
        if isWeaker, old.until >= new.until { return nil }
        cooldowns[index] = new
        return new
    }

    private func strength(_ kind: AttemptKind) -> Int {
        switch kind {
        case .spendCap: 3
        case .accountQuota: 2
        case .modelQuota: 1
        default: 0
        }
    }

    /// The cool-down in force that ends last, for a request of that family.
    func cooldown(for family: String?, at now: Timestamp) -> Cooldown? {
        var last: Cooldown?
        for cooldown in cooldowns where cooldown.until > now && cooldown.concerns(family) {
            if let found = last, found.until >= cooldown.until { continue }
            last = cooldown
        }
        return last
    }

    /// Forgets cool-downs that a success contradicts: those set before its attempt began.
    mutating func clear(_ classes: Set<CooldownClass>, for family: String?, setBefore start: Timestamp) {
        guard !cooldowns.isEmpty else { return }
        cooldowns.removeAll { cooldown in
            guard let place = CooldownClass(cooldown.kind), classes.contains(place) else { return false }
            return cooldown.concerns(family) && cooldown.since <= start
        }
    }

    /// Forgets what is over.
    mutating func expire(at now: Timestamp) {
        if !cooldowns.isEmpty { cooldowns.removeAll { $0.until <= now } }
    }

    // MARK: - Limits

    /// Notes what an answer says about windows and buckets.
    mutating func note(_ limits: RateLimitReport, family: String?, at now: Timestamp) {
        for window in limits.windows {
            if let index = windows.firstIndex(where: { $0.name == window.name }) {
                windows[index] = window
            } else if windows.count < 16 {
                windows.append(window)
            }
        }
        if !limits.buckets.isEmpty, buckets.count < 32 || buckets[family ?? ""] != nil {
            buckets[family ?? ""] = (now, limits.buckets)
            sentSinceSeen = 0
        }
    }

    /// The share of the capacity that is left for a family: 1 when nothing is known.
    ///
    /// Requests on their way count a hundredth each, so that many that come at once are spread.
    func headroom(for family: String?, at now: Timestamp) -> Double {
        var left = 1.0
        for window in windows {
            if let reset = window.reset, reset <= now { continue }
            // A window of a part of the models says nothing about the others; which it binds shows in cool-downs.
            guard window.isShared else { continue }
            left = min(left, window.isRejected ? 0 : max(0, 1 - (window.utilization ?? 0)))
        }
        if let (seen, buckets) = buckets[family ?? ""] {
            for bucket in buckets { left = min(left, bucket.share(seen: seen, at: now)) }
        }
        return left - 0.01 * Double(inFlight)
    }

    /// When the bucket of requests has room for one more, or `nil` when it has now or nothing is known.
    func emptyUntil(for family: String?, at now: Timestamp) -> Timestamp? {
        guard let (seen, buckets) = buckets[family ?? ""], let bucket = buckets.first(where: { $0.name == "requests" }),
            let limit = bucket.limit, let remaining = bucket.remaining, let reset = bucket.reset,
            limit > remaining, reset > now, seen < reset
        else { return nil }
        let missing = Double(1 + sentSinceSeen - remaining)
        guard missing > 0 else { return nil }
        let rate = Double(limit - remaining) / Double(reset.microseconds - seen.microseconds)
        let full = seen.advanced(byMicroseconds: Int64(min(missing / rate, 8 * 86_400e6)))
        return full > now ? min(full, reset) : nil
    }
}

extension Cooldown {
    fileprivate func hasPlace(of other: Cooldown) -> Bool {
        CooldownClass(kind) == CooldownClass(other.kind) && family == other.family
    }

    /// Whether it holds for a request of that family.
    func concerns(_ family: String?) -> Bool {
        self.family == nil || self.family == family
    }
}

extension LimitBucket {
    /// The share that is left: a bucket fills evenly until its reset.
    func share(seen: Timestamp, at now: Timestamp) -> Double {
        guard let limit, limit > 0, let remaining else { return 1 }
        let then = Double(remaining) / Double(limit)
        guard let reset, reset > now, reset > seen else { return 1 }
        let passed = Double(now.microseconds - seen.microseconds) / Double(reset.microseconds - seen.microseconds)
        return min(1, max(0, then + (1 - then) * max(0, passed)))
    }
}
