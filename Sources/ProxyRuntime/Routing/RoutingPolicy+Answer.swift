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
        var returns: Timestamp?
        for index in considered {
            guard let kind = obstacle(index, states[index], route, at: now) else { continue }
            kinds.insert(kind)
            let until = accounts[index].cooldown(for: route.request.family, at: now)?.until ?? states[index].until
            if let until, until > now { returns = min(returns ?? until, until) }
        }
        let rejected = considered.map {
            RejectedCandidate(account: accounts[$0].account.name, because: states[$0].text(at: now) ?? "free")
        }
        let limits: Set<AttemptKind> = [
            .accountQuota, .modelQuota, .spendCap, .rateLimitKey, .throttle, .forced,
        ]
        let why = because.map { $0 + "; " } ?? ""
        if !kinds.isDisjoint(with: limits) {
            var exhaustion = Exhaustion(reason: .limits, returns: returns, now: now)
            let window = considered.compactMap { index in
                accounts[index].cooldown(for: route.request.family, at: now)
            }.filter { CooldownClass($0.kind) == .quota }.min { $0.until < $1.until }
            (exhaustion.claim, exhaustion.windowReset) = (window?.claim, window?.until)
            if returns == nil, let wait = route.lastOutcome?.limits.retryAfter {
                exhaustion.returns = now.advanced(byMicroseconds: min(wait, configuration.shortWait))
            }
            return refuse(&route, exhaustion, because: why + "every account is at a limit", rejected)
        }
        if kinds.contains(.overloaded) {
            let exhaustion = Exhaustion(reason: .overloaded, returns: returns, now: now)
            return refuse(&route, exhaustion, because: why + "every account is overloaded or out", rejected)
        }
        if let last = route.lastOutcome, last.isDeliverable, last.kind == .serverError || last.kind == .windowless {
            return upstreamAnswer(&route, why + "every account fails: the client gets the last answer", rejected)
        }
        if kinds.contains(.serverError) || kinds.contains(.streamError) {
            let exhaustion = Exhaustion(reason: .overloaded, returns: returns, now: now)
            return refuse(&route, exhaustion, because: why + "every account fails", rejected)
        }
        if kinds.contains(.timeout) {
            return refuse(&route, Exhaustion(reason: .timeout, now: now), because: why + "no answer in time", rejected)
        }
        if kinds.isEmpty {
            let reason: Exhaustion.Reason = considered.allSatisfy { accounts[$0].account.isPaused } ? .paused : .timeout
            let words = reason == .paused ? "every account is paused" : "nothing was tried"
            return refuse(&route, Exhaustion(reason: reason, now: now), because: why + words, rejected)
        }
        let exhaustion = Exhaustion(reason: .unreachable, now: now)
        return refuse(&route, exhaustion, because: why + "no account could be used", rejected)
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
        case .out(_, .busy), .out(_, .empty): return .rateLimitKey
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
