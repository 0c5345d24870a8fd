import Recorder

extension RoutingPolicy {
    /// What follows from an attempt that has ended before its answer was given on.
    mutating func react(
        to outcome: AttemptOutcome,
        _ index: Int,
        _ route: inout RequestRoute,
        began: Timestamp,
        at now: Timestamp
    ) -> RoutingDecision {
        let id = accounts[index].id
        switch outcome.kind {
        case .success, .clientCancelled:
            succeeded(index, route, began: began)
            return upstreamAnswer(&route, "served")
        case .invalidRequest, .entitlement:
            wellAgain(index, began: began)
            return upstreamAnswer(
                &route,
                outcome.kind == .entitlement
                    ? "a refusal without any limit is the client's business, not the account's"
                    : "no other account would answer this request otherwise"
            )
        case .windowless:
            return movedOn(windowless: id, &route, at: now)
        case .throttle:
            return throttled(outcome, id, &route, at: now)
        case .accountQuota, .modelQuota, .spendCap, .forced:
            let until = quota(outcome, index, &route, at: now)
            route.note(id, outcome.kind, again: outcome.kind == .forced ? nil : until)
            return outcome.isGood ? elseDeliver(&route, at: now) : decide(&route, at: now)
        case .rateLimitKey:
            let until = bucketEmpty(outcome, index, &route, at: now)
            route.note(id, outcome.kind, again: until)
            return decide(&route, at: now)
        case .overloaded:
            return overloaded(outcome, index, &route, at: now)
        case .serverError, .streamError, .network, .timeout:
            let until = fault(outcome, index, &route, at: now)
            route.note(id, outcome.kind, again: until)
            guard route.request.isRepeatable || outcome.isUnsent else {
                return lostAnswer(outcome, &route, at: now)
            }
            return decide(&route, at: now)
        case .auth:
            refused(outcome, index, &route, at: now)
            route.note(id, outcome.kind)
            return decide(&route, at: now)
        }
    }

    // MARK: - Successes

    /// Forgets what a success contradicts.
    mutating func succeeded(_ index: Int, _ route: RequestRoute, began: Timestamp) {
        wellAgain(index, began: began)
        accounts[index].refusals = 0
        accounts[index].failingSince = nil
        if let admitted = accounts[index].admitted { accounts[index].admitted = admitted >= 32 ? nil : admitted + 1 }
        accounts[index].clear([.quota, .bucket, .auth], for: route.request.family, setBefore: began)
    }

    /// The upstream answers, whatever it says.
    private mutating func wellAgain(_ index: Int, began: Timestamp) {
        accounts[index].faults = 0
        accounts[index].clear([.fault], for: nil, setBefore: began)
    }

    // MARK: - Limits

    /// - Returns: when the account may be tried again, if that is known.
    private mutating func quota(
        _ outcome: AttemptOutcome,
        _ index: Int,
        _ route: inout RequestRoute,
        at now: Timestamp
    ) -> Timestamp? {
        let limits = outcome.limits
        let rejection = limits.rejection()
        var claim = rejection?.claim
        let named: Timestamp?
        let otherwise: Int64
        let reason: String
        switch outcome.kind {
        case .spendCap:
            named = outcome.spendCapUntil ?? limits.retryAfter.map { now.advanced(byMicroseconds: $0) }
            (otherwise, reason) = (3_600_000_000, "spend cap reached")
        case .forced:
            let seconds = configuration.forcedRetryAfter ?? 60
            named = now.advanced(byMicroseconds: Int64(seconds) * 1_000_000)
            claim = "five_hour"
            (otherwise, reason) = (0, "forced by FORCE_RATE_LIMIT_TEST")
        case .modelQuota where rejection == nil:
            // Credits of one model or beta are used up: the account stays.
            return nil
        default:
            named = rejection?.until ?? limits.reset ?? limits.retryAfter.map { now.advanced(byMicroseconds: $0) }
            otherwise = 300_000_000
            let window = rejection?.window.map { "\($0) window" } ?? "quota"
            let family = outcome.kind == .modelQuota ? route.request.family.map { " for \($0)" } ?? "" : ""
            reason = "\(window) spent\(family)"
        }
        let limit = now.advanced(byMicroseconds: 62 * 86_400_000_000)
        let until = named.map { min(max($0, now.advanced(byMicroseconds: 1_000_000)), limit) }
        var cooldown = Cooldown(
            kind: outcome.kind,
            family: outcome.kind == .modelQuota ? route.request.family : nil,
            since: now,
            until: until ?? now.advanced(byMicroseconds: otherwise),
            exchange: route.request.exchange.description,
            claim: claim,
            reason: reason + (named == nil ? ", no reset named" : "")
        )
        cooldown.servesAnyway = outcome.isGood
        cooldown.acceptsSome = outcome.kind != .spendCap && (limits.fallbackPercentage ?? 0) > 0
        route.cooldown = accounts[index].cool(cooldown, isNamed: named != nil)
        return cooldown.until
    }

    private mutating func bucketEmpty(
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
        route.cooldown = accounts[index].cool(cooldown, isNamed: until != nil)
        accounts[index].admitted = 1
        return cooldown.until
    }

    private mutating func throttled(
        _ outcome: AttemptOutcome,
        _ id: AccountID,
        _ route: inout RequestRoute,
        at now: Timestamp
    ) -> RoutingDecision {
        let wait = outcome.limits.retryAfter ?? 2_000_000
        let until = now.advanced(byMicroseconds: wait)
        route.note(id, .throttle)
        // The account is not to blame: it is asked again once, as others behind the same address are throttled too.
        if wait <= configuration.shortWait, route.trial(id)?.throttles == 1, route.attempts < attemptLimit,
            until < deadline(route)
        {
            return self.wait(until: until, id, &route, because: "again after a throttle of \(wait.spanText)")
        }
        return decide(&route, at: now)
    }

    private mutating func movedOn(
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
    private mutating func elseDeliver(_ route: inout RequestRoute, at now: Timestamp) -> RoutingDecision {
        let isFree = accounts.indices.contains {
            switch availability($0, route, at: now) {
            case .free, .probe: true
            case .lastResort, .out: false
            }
        }
        guard isFree, route.attempts < attemptLimit, now < deadline(route) else {
            return upstreamAnswer(&route, "no other account can serve now")
        }
        return decide(&route, at: now)
    }

    // MARK: - Faults

    private mutating func overloaded(
        _ outcome: AttemptOutcome,
        _ index: Int,
        _ route: inout RequestRoute,
        at now: Timestamp
    ) -> RoutingDecision {
        let id = accounts[index].id
        let asked = outcome.limits.retryAfter ?? 0
        if route.overloadRetries < 2, asked <= 3_000_000, route.attempts < attemptLimit {
            route.overloadRetries += 1
            // Half of the span is chance, so that those who were refused together do not come back together.
            let base: Int64 = 750_000 << Int64(route.overloadRetries - 1)
            let jitter = Int64(random.next() % UInt64(base / 2))
            let until = now.advanced(byMicroseconds: max(asked, base / 2 + jitter))
            if until < deadline(route) {
                let because = "again after an overload, retry \(route.overloadRetries) of 2"
                return wait(until: until, id, &route, because: because)
            }
        }
        let until = fault(outcome, index, &route, at: now)
        route.note(id, outcome.kind, again: until)
        return decide(&route, at: now)
    }

    /// Benches an account for a fault: shortly at first, longer with each in a row.
    ///
    /// - Returns: when it may be tried again.
    @discardableResult
    mutating func fault(
        _ outcome: AttemptOutcome,
        _ index: Int,
        _ route: inout RequestRoute,
        at now: Timestamp
    ) -> Timestamp {
        let isOverload = outcome.kind == .overloaded
        // An overload is the upstream's, not the account's: it does not open the breaker.
        if !isOverload { accounts[index].faults = min(accounts[index].faults + 1, 64) }
        let count = accounts[index].faults
        let span: Int64
        if isOverload {
            span = min(60_000_000, max(10_000_000, outcome.limits.retryAfter ?? 0))
        } else if count < AccountState.breakerLimit {
            span = 1_000_000 << Int64(max(0, count - 1))
        } else {
            span = min(300_000_000, 30_000_000 << Int64(min(8, count - AccountState.breakerLimit)))
        }
        let what = outcome.status.map { "\($0)" } ?? outcome.kind.rawValue
        let isOpen = count >= AccountState.breakerLimit
        let cooldown = Cooldown(
            kind: outcome.kind,
            since: now,
            until: now.advanced(byMicroseconds: span),
            exchange: route.request.exchange.description,
            reason: isOverload ? "overloaded" : isOpen ? "\(count) faults in a row, the last \(what)" : "fault: \(what)"
        )
        route.cooldown = accounts[index].cool(cooldown, isNamed: false)
        return cooldown.until
    }

    private mutating func refused(
        _ outcome: AttemptOutcome,
        _ index: Int,
        _ route: inout RequestRoute,
        at now: Timestamp
    ) {
        accounts[index].refusals = min(accounts[index].refusals + 1, 64)
        accounts[index].failingSince = accounts[index].failingSince ?? now
        let span = min(300_000_000, (10_000_000 as Int64) << Int64(min(8, accounts[index].refusals - 1)))
        let cooldown = Cooldown(
            kind: .auth,
            since: now,
            until: now.advanced(byMicroseconds: span),
            exchange: route.request.exchange.description,
            reason: "its key was refused" + (outcome.status.map { " (\($0))" } ?? "")
        )
        route.cooldown = accounts[index].cool(cooldown, isNamed: false)
    }
}

extension AttemptOutcome {
    /// Whether the answer is a success that only its headers call rejected.
    var isGood: Bool {
        isDeliverable && !isErrorEvent && (status.map { (200..<300).contains($0) } ?? false)
    }
}
