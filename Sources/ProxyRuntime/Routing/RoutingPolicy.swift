package import Recorder

/// Decides which account serves a request, what an attempt's outcome means, and when there is nothing left to try.
///
/// A value without I/O, clock or chance of its own: events and times in, decisions out, the same for the same seed. The
/// proxy drives it with sockets; whoever replays a recording drives it with what was recorded.
///
/// ```swift
/// var (route, decision) = policy.requestArrived(request, at: now)
/// while case .attempt(let choice) = decision {
///     decision = policy.attemptEnded(&route, outcome(of: choice), at: now)
/// }
/// ```
package struct RoutingPolicy: Sendable {
    let configuration: RoutingConfiguration
    var accounts: [AccountState] = []
    var sessions: SessionTable
    var random: SplitMix64
    /// The account that `roundRobin` chose last.
    var lastInTurn: AccountID?
    private var lastNumber = 0

    /// Makes a policy without accounts: requests go on with the client's own credentials.
    ///
    /// - Parameters:
    ///   - configuration: its numbers.
    ///   - seed: decides the jitter of retries.
    package init(_ configuration: RoutingConfiguration, seed: UInt64) {
        self.configuration = configuration
        sessions = SessionTable(limit: configuration.sessionLimit, timeout: configuration.sessionTimeout)
        random = SplitMix64(state: seed)
    }

    /// Takes over the accounts there are now; what is known of those that stay is kept.
    package mutating func use(_ new: [RoutedAccount]) {
        let old = accounts
        accounts = new.map { account in
            if var state = old.first(where: { $0.account.name == account.name }) {
                let isSame = state.account.tag == account.tag
                state.account = account
                if isSame { return state }
                sessions.forget(state.id)
            }
            lastNumber += 1
            return AccountState(id: AccountID(number: lastNumber), account: account)
        }
        for state in old where index(of: state.id) == nil { sessions.forget(state.id) }
    }

    func index(of id: AccountID?) -> Int? {
        guard let id else { return nil }
        return accounts.firstIndex { $0.id == id }
    }

    // MARK: - Events

    /// A request has arrived.
    package mutating func requestArrived(_ request: RoutedRequest, at now: Timestamp) -> (RequestRoute, RoutingDecision)
    {
        var route = RequestRoute(request, at: now)
        let decision = decide(&route, at: now)
        return (route, decision)
    }

    /// The wait that was asked for is over, or it is looked whether something has ended it early.
    package mutating func waitEnded(_ route: inout RequestRoute, at now: Timestamp) -> RoutingDecision {
        guard case .waiting(let account, let since, let until, let isHeld, let because) = route.phase else {
            return nothingLeft(&route, at: now)
        }
        if account != nil, now < until { return .wait(until: until, because: because) }
        route.phase = .deciding
        route.hasAnswer = false
        if now >= until { route.hasWaited = true }
        if isHeld { route.held += max(0, now.microseconds - since.microseconds) }
        // In place: the account that asked for the wait gets its second try, unless it is out by now.
        if let index = index(of: account), route.attempts < attemptLimit, now < deadline(route) {
            switch availability(index, route, at: now, inPlace: true) {
            case .free, .probe: return attempt(index, &route, because: because, rejected: [], at: now)
            case .lastResort, .out: break
            }
        }
        return decide(&route, at: now)
    }

    /// An attempt is over, and nothing of its answer has gone to the client.
    ///
    /// A good answer that says `rejected` comes here as well, with `isDeliverable`: then `.answer(.upstream)` means that
    /// it is to be given on as it is.
    package mutating func attemptEnded(
        _ route: inout RequestRoute,
        _ outcome: AttemptOutcome,
        at now: Timestamp
    ) -> RoutingDecision {
        guard case .attempting(let account, let start, let isProbe) = route.phase else {
            return nothingLeft(&route, at: now)
        }
        route.phase = .deciding
        route.lastOutcome = outcome
        route.hasAnswer = outcome.isDeliverable
        route.cooldown = nil
        guard let index = index(of: account) else {
            let decision = react(without: account, to: outcome, &route, at: now)
            if outcome.isGood, case .answer(.upstream, _) = decision {
                route.phase = .committed(account, since: start, isProbe: false)
            }
            return decision
        }
        accounts[index].inFlight = max(0, accounts[index].inFlight - 1)
        accounts[index].answered(family: route.request.family, isProbe: isProbe)
        accounts[index].note(outcome.limits, family: route.request.family, at: now)
        let decision = react(to: outcome, index, &route, began: start, at: now)
        if outcome.isGood, case .answer(.upstream, _) = decision {
            // It is given on now: the account is in use until its end.
            accounts[index].inFlight += 1
            route.phase = .committed(account, since: start, isProbe: false)
            if let key = route.request.session { sessions.served(key, by: accounts[index].id, at: now) }
        }
        return decision
    }

    /// The first bytes of an answer go to the client: from now on there is no other.
    package mutating func committed(_ route: inout RequestRoute, _ limits: RateLimitReport, at now: Timestamp) {
        guard case .attempting(let account, let start, let isProbe) = route.phase else { return }
        route.phase = .committed(account, since: start, isProbe: false)
        guard let index = index(of: account) else { return }
        accounts[index].answered(family: route.request.family, isProbe: isProbe)
        accounts[index].note(limits, family: route.request.family, at: now)
        if limits.rejection() == nil { succeeded(index, route, began: start) }
        if let key = route.request.session { sessions.served(key, by: accounts[index].id, at: now) }
    }

    /// The exchange is over: its answer went out, whole or broken, or its client is gone.
    ///
    /// - Parameters:
    ///   - route: the request.
    ///   - outcome: what the attempt came to that was on its way, or `nil` when it was given up.
    ///   - now: when.
    package mutating func ended(_ route: inout RequestRoute, _ outcome: AttemptOutcome?, at now: Timestamp) {
        defer { route.phase = .over }
        let account: AccountID?
        let start: Timestamp
        switch route.phase {
        case .attempting(let id, let since, let isProbe):
            (account, start) = (id, since)
            if let index = index(of: id) { accounts[index].answered(family: route.request.family, isProbe: isProbe) }
        case .committed(let id, let since, _): (account, start) = (id, since)
        case .deciding, .waiting, .over: return
        }
        guard let index = index(of: account) else { return }
        accounts[index].inFlight = max(0, accounts[index].inFlight - 1)
        guard let outcome, CooldownClass(outcome.kind) == .fault else { return }
        fault(outcome, index, &route, began: start, at: now)
    }

    // MARK: - Bounds

    var attemptLimit: Int { configuration.attemptLimit(accounts: accounts.count) }

    func deadline(_ route: RequestRoute) -> Timestamp {
        route.arrived.advanced(byMicroseconds: configuration.requestDeadline)
    }
}
