package import Recorder

extension RoutingPolicy {
    /// What is worth keeping of the accounts beyond the end of the process, and what tables of accounts show.
    package func snapshot(at now: Timestamp) -> RoutingSnapshot {
        var snapshot = RoutingSnapshot(writtenAt: now, strategy: configuration.strategy.rawValue)
        for state in accounts {
            var account = RoutingSnapshot.AccountState(name: state.account.name)
            account.tag = state.account.tag
            account.faults = state.faults
            account.requests = state.requests
            account.lastUsed = state.lastUsed
            account.failingSince = state.failingSince
            account.cooldowns = state.cooldowns.filter { $0.until > now }
            account.windows = state.windows.map(\.window)
            account.buckets = state.buckets.mapValues(\.buckets)
            snapshot.accounts.append(account)
        }
        return snapshot
    }

    /// The conversations and their accounts, least recently used first.
    package func sessionStates() -> [RoutingSnapshot.SessionState] {
        let names = Dictionary(accounts.map { ($0.id, $0.account.name) }, uniquingKeysWith: { first, _ in first })
        return sessions.entries.compactMap { key, entry in
            names[entry.home].map {
                var state = RoutingSnapshot.SessionState(key: key.text, account: $0, lastUsed: entry.lastUsed)
                state.homeUsed = entry.homeUsed
                state.standIn = entry.standIn.flatMap { names[$0] }
                state.standInUsed = entry.standInUsed
                return state
            }
        }.sorted { ($0.lastUsed, $0.key) < ($1.lastUsed, $1.key) }
    }

    /// Takes over what an earlier process knew of the accounts there are, as far as they have the same keys.
    package mutating func restore(_ snapshot: RoutingSnapshot, at now: Timestamp) {
        for saved in snapshot.accounts {
            guard let index = accounts.firstIndex(where: { $0.account.name == saved.name }),
                saved.tag == accounts[index].account.tag
            else { continue }
            accounts[index].requests = max(0, saved.requests)
            accounts[index].lastUsed = saved.lastUsed.map { min($0, now) }
            accounts[index].failingSince = saved.failingSince
            if saved.failingSince != nil { accounts[index].refusals = 1 }
            accounts[index].faults = min(64, max(0, saved.faults ?? 0))
            // What was forced was a test of that process's.
            accounts[index].cooldowns = saved.cooldowns.filter { $0.until > now && $0.kind != .forced }
            let seen = min(snapshot.writtenAt, now)
            accounts[index].windows = saved.windows.prefix(16).map { (seen, $0) }
            accounts[index].buckets = saved.buckets.mapValues { (seen, 0, $0) }
        }
        let ids = Dictionary(accounts.map { ($0.account.name, $0.id) }, uniquingKeysWith: { first, _ in first })
        for saved in snapshot.sessions {
            guard let key = SessionKey(text: saved.key), saved.lastUsed <= now, let home = ids[saved.account] else {
                continue
            }
            var entry = SessionTable.Entry(home: home, homeUsed: saved.homeUsed, lastUsed: saved.lastUsed)
            entry.standIn = saved.standIn.flatMap { ids[$0] }
            entry.standInUsed = saved.standInUsed
            sessions.set(key, entry)
        }
    }
}
