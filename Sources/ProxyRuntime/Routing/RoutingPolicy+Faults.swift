import Recorder

/// What follows when the upstream, or the way to it, fails.
extension RoutingPolicy {
    mutating func overloaded(
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

    mutating func refused(
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
