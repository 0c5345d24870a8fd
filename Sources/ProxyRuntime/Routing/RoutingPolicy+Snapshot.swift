package import Recorder

extension RoutingPolicy {
    /// What is worth keeping of the accounts beyond the end of the process, and what tables of accounts show.
    package func snapshot(at now: Timestamp) -> RoutingSnapshot {
        var snapshot = RoutingSnapshot(writtenAt: now, strategy: configuration.strategy.rawValue)
        for state in accounts {
            var account = RoutingSnapshot.AccountState(name: state.account.name)
            account.requests = state.requests
            account.lastUsed = state.lastUsed
            account.failingSince = state.failingSince
            account.cooldowns = state.cooldowns.filter { $0.until > now }
            account.windows = state.windows
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
                RoutingSnapshot.SessionState(key: key.text, account: $0, lastUsed: entry.lastUsed)
            }
        }.sorted { ($0.lastUsed, $0.key) < ($1.lastUsed, $1.key) }
    }

    /// Takes over what an earlier process knew of the accounts there are.
    package mutating func restore(_ snapshot: RoutingSnapshot, at now: Timestamp) {
        for saved in snapshot.accounts {
            guard let index = accounts.firstIndex(where: { $0.account.name == saved.name }) else { continue }
            accounts[index].requests = saved.requests
            accounts[index].lastUsed = saved.lastUsed.map { min($0, now) }
            accounts[index].failingSince = saved.failingSince
            if saved.failingSince != nil { accounts[index].refusals = 1 }
            // What was forced was a test of that process's.
            accounts[index].cooldowns = saved.cooldowns.filter { $0.until > now && $0.kind != .forced }
            accounts[index].windows = saved.windows
            accounts[index].buckets = saved.buckets.mapValues { (min(snapshot.writtenAt, now), $0) }
        }
        for saved in snapshot.sessions {
            guard let key = SessionKey(text: saved.key), saved.lastUsed <= now,
                let state = accounts.first(where: { $0.account.name == saved.account })
            else { continue }
            sessions.set(
                key,
                SessionTable.Entry(home: state.id, homeUsed: saved.lastUsed, lastUsed: saved.lastUsed)
            )
        }
    }
}
