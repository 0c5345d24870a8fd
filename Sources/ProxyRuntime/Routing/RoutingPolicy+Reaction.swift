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
        // Whoever answers is there, whatever it says.
        if CooldownClass(outcome.kind) != .fault { wellAgain(index, began: began) }
        switch outcome.kind {
        case .success:
            succeeded(index, route, began: began)
            return upstreamAnswer(&route, "served")
        case .clientCancelled:
            return upstreamAnswer(&route, "the client has left")
        case .invalidRequest:
            rejectedBeside(outcome, index, &route, servesAnyway: true, at: now)
            return upstreamAnswer(&route, "no other account would answer this request otherwise")
        case .entitlement:
            return upstreamAnswer(&route, "a refusal without any limit is the client's business, not the account's")
        case .windowless:
            return movedOn(windowless: id, &route, at: now)
        case .throttle:
            return throttled(outcome, index, &route, at: now)
        case .accountQuota, .modelQuota, .spendCap, .forced:
            quota(outcome, index, &route, at: now)
            guard outcome.isGood else {
                route.note(id, outcome.kind, again: outcome.kind == .forced ? nil : end(index, route, at: now))
                return decide(&route, at: now)
            }
            // The account serves: it is not counted as tried, so that it is what is left when the others can't.
            accounts[index].refusals = 0
            accounts[index].failingSince = nil
            guard route.request.isRepeatable else { return upstreamAnswer(&route, "the request was carried out") }
            return elseDeliver(&route, at: now)
        case .rateLimitKey:
            let until = bucketEmpty(outcome, index, &route, at: now)
            route.note(id, outcome.kind, again: until)
            return decide(&route, at: now)
        case .overloaded:
            return overloaded(outcome, index, &route, began: began, at: now)
        case .serverError, .streamError, .network, .timeout:
            rejectedBeside(outcome, index, &route, servesAnyway: false, at: now)
            // An account that had the last moments only has not failed.
            let least = min(configuration.requestDeadline / 2, 60_000_000)
            if !outcome.isDeadline || now >= began.advanced(byMicroseconds: least) {
                fault(outcome, index, &route, began: began, at: now)
            }
            route.note(id, outcome.kind, again: end(index, route, at: now))
            guard route.request.isRepeatable || outcome.isUnsent else {
                return lostAnswer(outcome, &route, at: now)
            }
            return decide(&route, at: now)
        case .auth:
            rejectedBeside(outcome, index, &route, servesAnyway: false, at: now)
            refused(outcome, index, &route, began: began, at: now)
            route.note(id, outcome.kind)
            return decide(&route, at: now)
        }
    }

    /// What follows when the account is none of ours: the client's own credentials, or one that was removed meanwhile.
    mutating func react(
        without account: AccountID?,
        to outcome: AttemptOutcome,
        _ route: inout RequestRoute,
        at now: Timestamp
    ) -> RoutingDecision {
        guard account != nil else {
            if outcome.kind == .forced { return refuse(&route, forced(at: now), because: Self.forcedReason, []) }
            return upstreamAnswer(&route, "no account is configured: the client gets what the upstream said")
        }
        switch outcome.kind {
        case .success, .invalidRequest, .entitlement, .clientCancelled:
            return upstreamAnswer(&route, "the account was removed meanwhile")
        case .serverError, .streamError, .network, .timeout:
            guard route.request.isRepeatable || outcome.isUnsent else { return lostAnswer(outcome, &route, at: now) }
            return decide(&route, at: now)
        default:
            return outcome.isGood
                ? upstreamAnswer(&route, "the account was removed meanwhile") : decide(&route, at: now)
        }
    }

    /// When the account may be asked again for such a request, if it is in a cool-down.
    private func end(_ index: Int, _ route: RequestRoute, at now: Timestamp) -> Timestamp? {
        accounts[index].cooldown(for: route.request.family, at: now)?.until
    }

    // MARK: - Successes

    /// Forgets what a success contradicts.
    mutating func succeeded(_ index: Int, _ route: RequestRoute, began: Timestamp) {
        wellAgain(index, began: began)
        accounts[index].refusals = 0
        accounts[index].failingSince = nil
        let family = route.request.family ?? ""
        if let admitted = accounts[index].admitted[family] {
            accounts[index].admitted[family] = admitted >= 32 ? nil : admitted + 1
        }
        accounts[index].clear([.quota, .bucket, .auth], for: route.request.family, setBefore: began)
    }

    /// The upstream answers for the account, whatever it says.
    private mutating func wellAgain(_ index: Int, began: Timestamp) {
        // An attempt that was under way before the last fault proves nothing about now.
        if let last = accounts[index].lastFault?.at, began < last { return }
        accounts[index].faults = 0
        accounts[index].clear([.fault], for: nil, setBefore: began)
    }

    // MARK: - Limits

    private mutating func quota(
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
    private mutating func rejectedBeside(
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
        accounts[index].admitted[route.request.family ?? ""] = 1
        route.cooldown = accounts[index].cool(cooldown, isNamed: until != nil)
        return end(index, route, at: now) ?? cooldown.until
    }

    private mutating func throttled(
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
            case .free: true
            case .probe, .lastResort, .out: false
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
        began: Timestamp,
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
                route.note(id, outcome.kind, again: until)
                let because = "again after an overload, retry \(route.overloadRetries) of 2"
                return wait(until: until, id, &route, because: because, at: now)
            }
        }
        fault(outcome, index, &route, began: began, at: now)
        route.note(id, outcome.kind, again: end(index, route, at: now))
        return decide(&route, at: now)
    }

    /// Leaves an account alone for a fault: shortly at first, longer with each in a row.
    mutating func fault(
        _ outcome: AttemptOutcome,
        _ index: Int,
        _ route: inout RequestRoute,
        began: Timestamp,
        at now: Timestamp
    ) {
        let isOverload = outcome.kind == .overloaded
        // An overload is the upstream's, not the account's: it does not open the breaker. Attempts that ran together and
        // failed together are one fault.
        if !isOverload, began >= accounts[index].lastFault?.at ?? began {
            accounts[index].faults = min(accounts[index].faults + 1, 64)
            accounts[index].lastFault = (outcome.kind, now)
        }
        let count = accounts[index].faults
        let span: Int64
        if isOverload {
            span = min(60_000_000, max(10_000_000, outcome.limits.retryAfter ?? 0))
        } else if count < AccountState.breakerLimit {
            span = 1_000_000 << Int64(max(0, count - 1))
        } else {
            span = min(300_000_000, 30_000_000 << Int64(min(8, count - AccountState.breakerLimit)))
        }
        let what = outcome.isErrorEvent ? "error event" : outcome.status.map { "\($0)" } ?? outcome.kind.rawValue
        let isOpen = count >= AccountState.breakerLimit
        let cooldown = Cooldown(
            kind: outcome.kind,
            since: now,
            until: now.advanced(byMicroseconds: span),
            exchange: route.request.exchange.description,
            reason: isOverload ? "overloaded" : isOpen ? "\(count) faults in a row, the last \(what)" : "fault: \(what)"
        )
        route.cooldown = accounts[index].cool(cooldown, isNamed: false)
    }

    private mutating func refused(
        _ outcome: AttemptOutcome,
        _ index: Int,
        _ route: inout RequestRoute,
        began: Timestamp,
        at now: Timestamp
    ) {
        if accounts[index].refusals == 0 || began >= accounts[index].lastRefusal ?? began {
            accounts[index].refusals = min(accounts[index].refusals + 1, 64)
            accounts[index].lastRefusal = now
        }
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
