import Recorder

/// What the policy has learnt about one account.
struct AccountState: Sendable {
    let id: AccountID
    var account: RoutedAccount
    /// Attempts it was given, ever.
    var requests = 0
    /// When it was given the last one.
    var lastUsed: Timestamp?
    /// Attempts that are on their way, streams that are being given on included.
    var inFlight = 0
    /// Attempts by family of which nothing has been given on yet.
    var unanswered: [String: Int] = [:]
    /// Cool-downs, at most one for each class and family.
    var cooldowns: [Cooldown] = []
    /// Faults since the last answer that was none; those of attempts that ran together count once.
    var faults = 0
    var lastFault: (kind: AttemptKind, at: Timestamp)?
    /// Refusals of the credential since the last success, counted likewise.
    var refusals = 0
    var lastRefusal: Timestamp?
    var failingSince: Timestamp?
    /// When the one request that tries out a broken account was sent, while it is on its way.
    var probedAt: Timestamp?
    /// How many attempts of a family may be unanswered together after its bucket was empty.
    var admitted: [String: Int] = [:]
    /// When it was tried last although it is in cool-down.
    var lastTry: Timestamp?
    /// Windows as last seen, with the time.
    var windows: [(seen: Timestamp, window: LimitWindow)] = []
    /// Buckets as last seen, by family of models, with the time and the attempts that were begun since.
    var buckets: [String: (seen: Timestamp, sent: Int, buckets: [LimitBucket])] = [:]

    init(id: AccountID, account: RoutedAccount) {
        self.id = id
        self.account = account
    }

    /// Faults in a row after which an account is tried by one request at a time.
    static let breakerLimit = 5

    // MARK: - Cool-downs

    /// Sets a cool-down in the place of the one of its class and family, unless that is longer.
    ///
    /// - Parameters:
    ///   - new: the cool-down.
    ///   - isNamed: whether the upstream named its end, which shortens one of the same kind.
    /// - Returns: the cool-down, or `nil` when what was there stays.
    mutating func cool(_ new: Cooldown, isNamed: Bool) -> Cooldown? {
        guard let index = cooldowns.firstIndex(where: { $0.hasPlace(of: new) }) else {
            cooldowns.append(new)
            return new
        }
        let old = cooldowns[index]
        if new.until < old.until, !isNamed || new.kind != old.kind { return nil }
        cooldowns[index] = new
        return new
    }

    /// The cool-down in force that ends last, for a request of that family.
    func cooldown(for family: String?, at now: Timestamp) -> Cooldown? {
        cooldowns.filter { $0.until > now && $0.concerns(family) }.max { $0.until < $1.until }
    }

    /// Forgets cool-downs that a success contradicts: those set before its attempt began.
    mutating func clear(_ classes: Set<CooldownClass>, for family: String?, setBefore start: Timestamp) {
        guard !cooldowns.isEmpty else { return }
        cooldowns.removeAll { cooldown in
            guard let place = CooldownClass(cooldown.kind), classes.contains(place) else { return false }
            return cooldown.concerns(family) && cooldown.since <= start
        }
    }

    // MARK: - Limits

    /// Notes what an answer says about windows and buckets.
    mutating func note(_ limits: RateLimitReport, family: String?, at now: Timestamp) {
        for window in limits.windows {
            if let index = windows.firstIndex(where: { $0.window.name == window.name }) {
                windows[index] = (now, window)
            } else if windows.count < 16 {
                windows.append((now, window))
            }
        }
        guard !limits.buckets.isEmpty else { return }
        buckets[family ?? ""] = (now, 0, limits.buckets)
        // Clients choose the names of models: the oldest goes.
        if buckets.count > 32, let oldest = buckets.min(by: { $0.value.seen < $1.value.seen }) {
            buckets[oldest.key] = nil
        }
    }

    /// The share of the capacity that is left for a family: 1 when nothing is known.
    ///
    /// Requests on their way count a hundredth each, so that many that come at once are spread.
    func headroom(for family: String?, at now: Timestamp) -> Double {
        var left = 1.0
        for (seen, window) in windows {
            // What names no end is believed for five minutes.
            if now >= window.reset ?? seen.advanced(byMicroseconds: 300_000_000) { continue }
            // A window of a part of the models says nothing about the others; which it binds shows in cool-downs.
            guard window.isShared else { continue }
            left = min(left, window.isRejected ? 0 : max(0, 1 - (window.utilization ?? 0)))
        }
        if let (seen, _, buckets) = buckets[family ?? ""] {
            for bucket in buckets { left = min(left, bucket.share(seen: seen, at: now)) }
        }
        return left - 0.01 * Double(inFlight)
    }

    /// When the bucket of requests has room for one more, or `nil` when it has now or nothing is known.
    func emptyUntil(for family: String?, at now: Timestamp) -> Timestamp? {
        guard let (seen, sent, buckets) = buckets[family ?? ""],
            let bucket = buckets.first(where: { $0.name == "requests" }),
            let limit = bucket.limit, let remaining = bucket.remaining, let reset = bucket.reset,
            limit > remaining, remaining >= 0, reset > now, seen < reset
        else { return nil }
        let missing = Double(1 + sent) - Double(remaining)
        guard missing > 0 else { return nil }
        let rate = Double(limit - remaining) / Double(reset.microseconds - seen.microseconds)
        let full = seen.advanced(byMicroseconds: Int64(min(missing / rate, 8 * 86_400e6)))
        return full > now ? min(full, reset) : nil
    }

    // MARK: - Attempts

    mutating func begin(family: String?, isProbe: Bool, at now: Timestamp) {
        requests &+= 1
        lastUsed = now
        inFlight += 1
        unanswered[family ?? "", default: 0] += 1
        buckets[family ?? ""]?.sent += 1
        if isProbe { probedAt = now }
        if !cooldowns.isEmpty { cooldowns.removeAll { $0.until <= now } }
    }

    /// An attempt has been answered, or is over.
    mutating func answered(family: String?, isProbe: Bool) {
        let left = (unanswered[family ?? ""] ?? 0) - 1
        unanswered[family ?? ""] = left > 0 ? left : nil
        if isProbe { probedAt = nil }
    }

    /// Whether the account is tried by one request at a time.
    var isBroken: Bool { faults >= AccountState.breakerLimit || refusals > 0 }
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
