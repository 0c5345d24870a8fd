import Recorder

extension RoutingPolicy {
    /// Decides what comes next for a request that has no attempt on its way.
    mutating func decide(_ route: inout RequestRoute, at now: Timestamp) -> RoutingDecision {
        guard !accounts.isEmpty else {
            guard route.attempts == 0 else { return upstreamAnswer(&route, "no account is configured") }
            return ownCredentials(&route, at: now)
        }
        if let pin = route.request.pin, !accounts.contains(where: { $0.account.name == pin }) {
            return refuse(&route, Exhaustion(reason: .unknownAccount, now: now), because: "no account is called so", [])
        }
        guard route.attempts < attemptLimit else {
            return nothingLeft(&route, at: now, because: "\(route.attempts) attempts are made, as many as may be")
        }
        guard now < deadline(route) else {
            return nothingLeft(&route, at: now, because: "the time for the request is over")
        }
        let states = accounts.indices.map { availability($0, route, at: now) }
        if let (index, because, note) = choose(states, route, at: now) {
            let rejected = passedOver(states, chosen: index, note: note, at: now)
            return attempt(index, &route, because: because, rejected: rejected, at: now)
        }
        return lastResort(states, &route, at: now)
    }

    private mutating func ownCredentials(_ route: inout RequestRoute, at now: Timestamp) -> RoutingDecision {
        route.attempts += 1
        route.phase = .attempting(nil, since: now, isProbe: false)
        return .attempt(
            AttemptChoice(
                account: nil,
                because: "only upstream, no account configured",
                rejected: [],
                isForced: configuration.forcedRetryAfter != nil
            )
        )
    }

    // MARK: - Strategies

    /// The account that the strategy takes of those that are free; the note is for the other free ones.
    private mutating func choose(
        _ states: [Availability],
        _ route: RequestRoute,
        at now: Timestamp
    ) -> (index: Int, because: String, note: String)? {
        // Who finds out whether an account is well again is a request like any other, but only one.
        let free = states.indices.filter {
            if case .free = states[$0] { return true }
            if case .probe = states[$0] { return true }
            return false
        }
        guard let first = free.first else { return nil }
        if let pin = route.request.pin {
            return (first, "x-tapedeck-account asks for it", "x-tapedeck-account asks for \(pin)")
        }
        if free.count == 1, accounts.count == 1 { return (first, "only account", "") }
        switch configuration.strategy {
        case .session:
            return choose(bySession: free, states, route, at: now)
        case .roundRobin:
            let last = index(of: lastInTurn) ?? accounts.count - 1
            let next = free.first { $0 > last } ?? first
            lastInTurn = accounts[next].id
            return (next, "next in turn", "not its turn")
        case .leastUsed:
            let best = mostHeadroom(free, route, at: now)
            return (best, "most headroom (\(percent(best, route, now)))", "less headroom")
        case .priority:
            let best = free.min { accounts[$0].account.priority < accounts[$1].account.priority } ?? first
            let priority = accounts[best].account.priority
            return (best, "priority \(priority) comes first", "priority \(priority) goes before")
        }
    }

    private mutating func choose(
        bySession free: [Int],
        _ states: [Availability],
        _ route: RequestRoute,
        at now: Timestamp
    ) -> (index: Int, because: String, note: String) {
        guard let key = route.request.session else {
            let best = mostHeadroom(free, route, at: now)
            return (best, "no session, most headroom (\(percent(best, route, now)))", "less headroom")
        }
        guard var entry = sessions.entry(key, at: now), let home = index(of: entry.home) else {
            let best = mostHeadroom(free, route, at: now)
            let id = accounts[best].id
            sessions.set(key, SessionTable.Entry(home: id, lastUsed: now))
            return (best, "new session, most headroom (\(percent(best, route, now)))", "less headroom")
        }
        entry.lastUsed = now
        let homeName = accounts[home].account.name
        let standIn = entry.standIn.flatMap { index(of: $0) }.flatMap { free.contains($0) ? $0 : nil }
        let isCacheGone = entry.homeUsed.map { now >= $0.advanced(byMicroseconds: route.request.cacheLifetime) } ?? true
        let choice: (Int, String, String)
        if free.contains(home), standIn == nil || !isCacheGone {
            let because = standIn == nil ? "the session's account" : "the session's account is back"
            entry.standIn = nil
            choice = (home, because, "the session belongs to \(homeName)")
        } else if let standIn, free.contains(home) {
            entry.home = accounts[standIn].id
            entry.homeUsed = entry.standInUsed
            entry.standIn = nil
            let name = accounts[standIn].account.name
            choice = (standIn, "the session stays: its cache at \(homeName) is gone", "the session belongs to \(name)")
        } else {
            let other = standIn ?? mostHeadroom(free, route, at: now)
            entry.standIn = accounts[other].id
            choice = (other, "the session's account \(homeName) is out", "less headroom")
        }
        sessions.set(key, entry)
        return choice
    }

    /// The account with most left; of equal ones the one that was used least recently.
    private func mostHeadroom(_ free: [Int], _ route: RequestRoute, at now: Timestamp) -> Int {
        var best = free[0]
        var bestLeft = accounts[best].headroom(for: route.request.family, at: now)
        for index in free.dropFirst() {
            let left = accounts[index].headroom(for: route.request.family, at: now)
            let isOlder = (accounts[index].lastUsed?.microseconds ?? 0) < (accounts[best].lastUsed?.microseconds ?? 0)
            if left > bestLeft || left == bestLeft && isOlder {
                best = index
                bestLeft = left
            }
        }
        return best
    }

    private func percent(_ index: Int, _ route: RequestRoute, _ now: Timestamp) -> String {
        let left = accounts[index].headroom(for: route.request.family, at: now)
        return "\(Int((max(0, left) * 100).rounded()))%"
    }

    func passedOver(
        _ states: [Availability],
        chosen: Int?,
        note: String = "",
        at now: Timestamp
    ) -> [RejectedCandidate] {
        accounts.indices.compactMap { index in
            guard index != chosen else { return nil }
            return RejectedCandidate(
                account: accounts[index].account.name,
                because: states[index].text(at: now) ?? note
            )
        }
    }

    // MARK: - Attempts

    mutating func attempt(
        _ index: Int,
        _ route: inout RequestRoute,
        because: String,
        rejected: [RejectedCandidate],
        at now: Timestamp
    ) -> RoutingDecision {
        let isProbe = accounts[index].isBroken
        accounts[index].begin(family: route.request.family, isProbe: isProbe, at: now)
        route.attempts += 1
        route.phase = .attempting(accounts[index].id, since: now, isProbe: isProbe)
        return .attempt(
            AttemptChoice(
                account: accounts[index].account.name,
                because: because,
                rejected: rejected,
                isForced: configuration.forcedRetryAfter != nil
            )
        )
    }

    /// Nothing is free: what may be tried all the same, waited for, or said.
    private mutating func lastResort(
        _ states: [Availability],
        _ route: inout RequestRoute,
        at now: Timestamp
    ) -> RoutingDecision {
        func first(_ resort: Availability.LastResort) -> Int? {
            states.indices.filter { index in
                if case .lastResort(resort, _) = states[index] { return true }
                return false
            }.min { (states[$0].until ?? now) < (states[$1].until ?? now) }
        }
        func take(_ index: Int, _ because: String) -> RoutingDecision {
            accounts[index].lastTry = now
            let rejected = passedOver(states, chosen: index, at: now)
            return attempt(index, &route, because: because, rejected: rejected, at: now)
        }
        if let index = first(.overage) { return take(index, "nothing else is left; it serves beyond its window") }
        if let index = first(.fault) { return take(index, "nothing else is left; its cool-down is a guess") }
        let end = deadline(route)
        let next = earliest(states, at: now)
        // Whoever is back first is asked, but it takes a short one to wait at all.
        if let short = shortest(states, at: now), let next, next < end,
            short <= now.advanced(byMicroseconds: configuration.shortWait)
        {
            return wait(until: next, nil, &route, because: "waited for an account that was out for a moment", at: now)
        }
        if let index = first(.part) {
            return take(index, "nothing else is left; the upstream still accepts a part of the requests")
        }
        if let next, next < end, next.microseconds - now.microseconds <= configuration.hold - route.held {
            return wait(until: next, nil, &route, isHeld: true, because: "held until an account was back", at: now)
        }
        return nothingLeft(&route, at: now)
    }

    mutating func wait(
        until: Timestamp,
        _ account: AccountID?,
        _ route: inout RequestRoute,
        isHeld: Bool = false,
        because: String,
        at now: Timestamp
    ) -> RoutingDecision {
        route.phase = .waiting(account, since: now, until: until, isHeld: isHeld, because: because)
        return .wait(until: until, because: because)
    }

    /// When the first account is free again that only an empty bucket or other requests keep.
    private func shortest(_ states: [Availability], at now: Timestamp) -> Timestamp? {
        states.compactMap { state -> Timestamp? in
            switch state {
            case .out(let until?, .probed), .out(let until?, .admission), .out(let until?, .empty): return until
            case .out(let until?, .cooling(let cooldown)) where CooldownClass(cooldown.kind) == .bucket: return until
            case .out(let until?, .tried(let kind)) where CooldownClass(kind) == .bucket: return until
            default: return nil
            }
        }.filter { $0 > now }.min()
    }

    /// When the first account is back at all.
    private func earliest(_ states: [Availability], at now: Timestamp) -> Timestamp? {
        states.compactMap(\.until).filter { $0 > now }.min()
    }
}
