import Recorder

extension RoutingPolicy {
    /// The client gets the answer of the last attempt.
    mutating func upstreamAnswer(
        _ route: inout RequestRoute,
        _ because: String,
        _ rejected: [RejectedCandidate] = []
    ) -> RoutingDecision {
        route.phase = .over
        return .answer(.upstream, AnswerDecision(because: because, rejected: rejected))
    }

    static let forcedReason = "forced by FORCE_RATE_LIMIT_TEST"

    /// The answer of a test that forces limits, where there is no account to be out.
    func forced(at now: Timestamp) -> Exhaustion {
        let until = now.advanced(byMicroseconds: Int64(configuration.forcedRetryAfter ?? 60) * 1_000_000)
        return Exhaustion(reason: .limits, returns: until, claim: "five_hour", windowReset: until, now: now)
    }

    /// An answer was lost that nobody may ask for again.
    mutating func lostAnswer(
        _ outcome: AttemptOutcome,
        _ route: inout RequestRoute,
        at now: Timestamp
    ) -> RoutingDecision {
        let because = "the request may have been carried out: it is not sent twice"
        if outcome.isDeliverable { return upstreamAnswer(&route, because) }
        let reason: Exhaustion.Reason = outcome.kind == .timeout ? .timeout : .unreachable
        return refuse(&route, Exhaustion(reason: reason, now: now), because: because, [])
    }

    /// The one honest answer, when nothing is left to try.
    mutating func nothingLeft(
        _ route: inout RequestRoute,
        at now: Timestamp,
        because: String? = nil
    ) -> RoutingDecision {
        let states = accounts.indices.map { availability($0, route, at: now) }
        let considered = accounts.indices.filter {
            if case .out(_, .notPinned) = states[$0] { return false }
            return true
        }
        var kinds: Set<AttemptKind> = []
        var back: Cooldown?
        for index in considered {
            guard let kind = obstacle(index, states[index], route, at: now) else { continue }
            kinds.insert(kind)
            // An account whose key is refused is not expected back.
            guard kind != .auth, let cooldown = accounts[index].cooldown(for: route.request.family, at: now) else {
                continue
            }
            if back == nil || cooldown.until < back?.until ?? now { back = cooldown }
        }
        let rejected = considered.map {
            RejectedCandidate(account: accounts[$0].account.name, because: states[$0].text(at: now) ?? "free")
        }
        // With attempts or time used up there may be an account for the next request.
        let hasFree = states.contains {
            switch $0 {
            case .free, .probe, .lastResort: true
            case .out: false
            }
        }
        let returns = hasFree ? now.advanced(byMicroseconds: 1_000_000) : back?.until
        let why = because.map { $0 + "; " } ?? ""
        func own(_ reason: Exhaustion.Reason, _ words: String, returns: Timestamp? = nil) -> RoutingDecision {
            var exhaustion = Exhaustion(reason: reason, returns: returns, now: now)
            if reason == .limits, !hasFree, let back, [.accountQuota, .modelQuota, .forced].contains(back.kind) {
                (exhaustion.claim, exhaustion.windowReset) = (back.claim, back.until)
            }
            return refuse(&route, exhaustion, because: why + words, rejected)
        }
        let limits: Set<AttemptKind> = [.accountQuota, .modelQuota, .spendCap, .rateLimitKey, .throttle, .forced]
        if !kinds.isDisjoint(with: limits) {
            let asked = route.lastOutcome?.limits.retryAfter.map { now.advanced(byMicroseconds: $0) }
            return own(.limits, "every account is at a limit or out", returns: returns ?? asked)
        }
        if kinds.contains(.overloaded) {
            return own(.overloaded, "every account is overloaded or out", returns: returns)
        }
        if let last = route.lastOutcome, route.hasAnswer, last.kind == .serverError || last.kind == .windowless {
            return upstreamAnswer(&route, why + "every account fails: the client gets the last answer", rejected)
        }
        if kinds.contains(.serverError) || kinds.contains(.streamError) || kinds.contains(.windowless) {
            return own(.overloaded, "every account fails", returns: returns)
        }
        if kinds.contains(.timeout) { return own(.timeout, "no answer in time") }
        if kinds.isEmpty {
            let isPaused = considered.allSatisfy { accounts[$0].account.isPaused }
            return own(isPaused ? .paused : .timeout, isPaused ? "every account is paused" : "nothing was tried")
        }
        return own(.unreachable, "no account could be used")
    }

    /// What keeps an account from serving this request: what it said to it, else its cool-down.
    private func obstacle(
        _ index: Int,
        _ state: Availability,
        _ route: RequestRoute,
        at now: Timestamp
    ) -> AttemptKind? {
        if let trial = route.trial(accounts[index].id) { return trial.kind }
        switch state {
        case .out(_, .tried(let kind)): return kind
        case .out(_, .cooling(let cooldown)): return cooldown.kind
        case .lastResort(_, let cooldown): return cooldown.kind
        case .out(_, .probed(let kind)): return kind
        case .out(_, .admission), .out(_, .empty): return .rateLimitKey
        case .free, .probe, .out(_, .paused), .out(_, .notPinned): return nil
        }
    }

    mutating func refuse(
        _ route: inout RequestRoute,
        _ exhaustion: Exhaustion,
        because: String,
        _ rejected: [RejectedCandidate]
    ) -> RoutingDecision {
        route.phase = .over
        return .answer(.own(exhaustion), AnswerDecision(because: because, rejected: rejected))
    }
}
