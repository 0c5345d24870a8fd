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
    func end(_ index: Int, _ route: RequestRoute, at now: Timestamp) -> Timestamp? {
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
    mutating func wellAgain(_ index: Int, began: Timestamp) {
        // An attempt that was under way before the last fault proves nothing about now.
        if let last = accounts[index].lastFault?.at, began < last { return }
        accounts[index].faults = 0
        accounts[index].clear([.fault], for: nil, setBefore: began)
    }
}

extension AttemptOutcome {
    /// Whether the answer is a success that only its headers call rejected.
    var isGood: Bool {
        isDeliverable && !isErrorEvent && (status.map { (200..<300).contains($0) } ?? false)
    }
}
