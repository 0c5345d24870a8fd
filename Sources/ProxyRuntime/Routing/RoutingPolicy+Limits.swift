import Recorder

/// What follows when a limit is met.
extension RoutingPolicy {
    mutating func quota(
        _ outcome: AttemptOutcome,
        _ index: Int,
        _ route: inout RequestRoute,
        at now: Timestamp
    ) {
        let limits = outcome.limits
        let rejection = limits.rejection()
        let asked = limits.retryAfter.map { now.advanced(byMicroseconds: $0) }
        var claim = rejection?.claim
        let named: Timestamp?
        var otherwise = now.advanced(byMicroseconds: 300_000_000)
        let reason: String
        switch outcome.kind {
        case .spendCap:
            named = outcome.spendCapUntil ?? asked
            otherwise = now.advanced(byMicroseconds: 3_600_000_000)
            reason = "spend cap reached"
        case .forced:
            named = now.advanced(byMicroseconds: Int64(configuration.forcedRetryAfter ?? 60) * 1_000_000)
            claim = "five_hour"
            reason = Self.forcedReason
        case .modelQuota where rejection == nil:
            named = nil
            reason = "credits used up" + (route.request.family.map { " for \($0)" } ?? "")
        default:
            named = rejection?.until ?? limits.reset
            if let asked { otherwise = min(asked, now.advanced(byMicroseconds: 8 * 86_400_000_000)) }
            let window = rejection?.window.map { "\($0) window" } ?? "quota"
            let family = outcome.kind == .modelQuota ? route.request.family.map { " for \($0)" } ?? "" : ""
            reason = "\(window) spent\(family)"
        }
        let soonest = now.advanced(byMicroseconds: 1_000_000)
        let latest = now.advanced(byMicroseconds: 62 * 86_400_000_000)
        var cooldown = Cooldown(
            kind: outcome.kind,
            family: outcome.kind == .modelQuota ? route.request.family : nil,
            since: now,
            until: min(max(named ?? otherwise, soonest), latest),
            exchange: route.request.exchange.description,
            claim: claim,
            reason: reason + (named == nil ? ", no reset named" : "")
        )
        cooldown.servesAnyway = outcome.isGood
        cooldown.acceptsSome = outcome.kind != .spendCap && (limits.fallbackPercentage ?? 0) > 0
        route.cooldown = accounts[index].cool(cooldown, isNamed: named != nil)
    }

    /// A window that is rejected beside a status that says something else: it counts for the next requests.
    mutating func rejectedBeside(
        _ outcome: AttemptOutcome,
        _ index: Int,
        _ route: inout RequestRoute,
        servesAnyway: Bool,
        at now: Timestamp
    ) {
        guard let rejection = outcome.limits.rejection(),
            accounts[index].cooldowns.allSatisfy({ CooldownClass($0.kind) != .quota || $0.until <= now })
        else { return }
        var other = outcome
        other.kind = rejection.isShared ? .accountQuota : .modelQuota
        quota(other, index, &route, at: now)
        guard servesAnyway, let cooldown = route.cooldown else { return }
        // It looked at the request, so it would have answered.
        var serving = cooldown
        serving.servesAnyway = true
        route.cooldown = accounts[index].cool(serving, isNamed: true)
    }

    mutating func bucketEmpty(
        _ outcome: AttemptOutcome,
        _ index: Int,
        _ route: inout RequestRoute,
        at now: Timestamp
    ) -> Timestamp {
        let empty = outcome.limits.buckets.filter { $0.remaining == 0 }
        let wait = outcome.limits.retryAfter
        let reset = empty.compactMap(\.reset).max()
        // A bucket fills from the first moment on: without retry-after its reset is the latest it can take.
        let until = wait.map { now.advanced(byMicroseconds: min($0, 3_600_000_000)) } ?? reset
        let names = empty.map(\.name).joined(separator: ", ")
        let cooldown = Cooldown(
            kind: .rateLimitKey,
            family: route.request.family,
            since: now,
            until: until ?? now.advanced(byMicroseconds: 5_000_000),
            exchange: route.request.exchange.description,
            reason: "bucket empty" + (names.isEmpty ? "" : ": \(names)")
        )
        accounts[index].admitted[route.request.family ?? ""] = 1
        route.cooldown = accounts[index].cool(cooldown, isNamed: until != nil)
        return end(index, route, at: now) ?? cooldown.until
    }

    mutating func throttled(
        _ outcome: AttemptOutcome,
        _ index: Int,
        _ route: inout RequestRoute,
        at now: Timestamp
    ) -> RoutingDecision {
        let id = accounts[index].id
        let wait = outcome.limits.retryAfter ?? 2_000_000
        route.note(id, .throttle)
        guard wait <= configuration.shortWait else {
            // Longer than anybody waits: others need not ask it meanwhile. A burst is no reason for hours.
            let cooldown = Cooldown(
                kind: .throttle,
                since: now,
                until: now.advanced(byMicroseconds: min(wait, 300_000_000)),
                exchange: route.request.exchange.description,
                reason: "throttled for \(wait.spanText)"
            )
            route.cooldown = accounts[index].cool(cooldown, isNamed: true)
            return decide(&route, at: now)
        }
        // Those that were throttled together do not come back together.
        let jitter = Int64(random.next() % UInt64(max(1, min(wait / 10, 500_000))))
        let until = now.advanced(byMicroseconds: wait + jitter)
        // The account is not to blame: it is asked again once, as others behind the same address are throttled too.
        if route.trial(id)?.throttles == 1, route.attempts < attemptLimit, until < deadline(route) {
            let because = "again after a throttle of \(wait.spanText)"
            return self.wait(until: until, id, &route, because: because, at: now)
        }
        return decide(&route, at: now)
    }

    mutating func movedOn(
        windowless id: AccountID,
        _ route: inout RequestRoute,
        at now: Timestamp
    ) -> RoutingDecision {
        route.note(id, .windowless)
        guard !route.hasMovedOnWindowless else {
            return upstreamAnswer(&route, "refused without a window by two accounts: others would refuse it as well")
        }
        route.hasMovedOnWindowless = true
        return elseDeliver(&route, at: now)
    }

    /// Goes on with an account that is free now, or gives the client the answer there is.
    mutating func elseDeliver(_ route: inout RequestRoute, at now: Timestamp) -> RoutingDecision {
        let isFree = accounts.indices.contains {
            switch availability($0, route, at: now) {
            case .free: true
            case .probe, .lastResort, .out: false
            }
        }
        guard isFree, route.attempts < attemptLimit, now < deadline(route) else {
            return upstreamAnswer(&route, "no other account can serve now")
        }
        return decide(&route, at: now)
    }
}
