import Logging
import Recorder
import Synchronization

/// Keeps what the router knows in the store, so that it survives a restart and commands can show it, and tells the log
/// about accounts that go and come back.
///
/// Accounts are written each time it is asked to, if anything has changed; sessions, of which there may be thousands, every
/// ten seconds. It blocks on files: one thread at a time calls it.
final class RoutingKeeper: Sendable {
    private struct State {
        var sessionsAt: Timestamp?
        var cooldowns: [String: [Cooldown]] = [:]
        var complaint: String?
    }

    private let router: AccountRouter
    private let layout: StoreLayout
    private let logger: Logger
    private let state = Mutex(State())

    private static let sessionInterval: Int64 = 10_000_000

    init(router: AccountRouter, layout: StoreLayout, logger: Logger) {
        self.router = router
        self.layout = layout
        self.logger = logger
    }

    /// Takes over what was written last.
    func restore(at now: Timestamp) {
        let logger = self.logger
        let notice: (String) -> Void = { logger.warning("routing begins anew", metadata: ["routing.reason": "\($0)"]) }
        guard var snapshot = RoutingSnapshotFile.load(from: layout.routing, notice: notice) else { return }
        snapshot.sessions = RoutingSnapshotFile.load(from: layout.routingSessions, notice: notice)?.sessions ?? []
        router.restore(snapshot, at: now)
    }

    /// Writes what has changed.
    ///
    /// - Parameters:
    ///   - now: when it is written.
    ///   - isLast: whether sessions are written as well, as the process ends.
    func save(at now: Timestamp, isLast: Bool = false) {
        guard let snapshot = router.changes(at: now) else { return }
        tell(snapshot)
        do throws(SettingsError) {
            try RoutingSnapshotFile.save(snapshot, to: layout.routing)
            let isDue = state.withLock { state in
                let isDue =
                    isLast || state.sessionsAt.map { now >= $0.advanced(byMicroseconds: Self.sessionInterval) } ?? true
                if isDue { state.sessionsAt = now }
                return isDue
            }
            if isDue {
                var sessions = RoutingSnapshot(writtenAt: now, strategy: snapshot.strategy)
                sessions.sessions = router.sessions()
                try RoutingSnapshotFile.save(sessions, to: layout.routingSessions)
            } else {
                router.isChanged()
            }
            state.withLock { $0.complaint = nil }
        } catch {
            let isNew = state.withLock { state in
                defer { state.complaint = error.description }
                return state.complaint != error.description
            }
            if isNew { logger.error("the accounts' state is not kept", metadata: ["routing.reason": "\(error)"]) }
            router.isChanged()
        }
    }

    /// Tells the log which accounts are out since the last time, and which are back.
    private func tell(_ snapshot: RoutingSnapshot) {
        for account in snapshot.accounts {
            let before = state.withLock { state in
                defer { state.cooldowns[account.name] = account.cooldowns }
                return state.cooldowns[account.name] ?? []
            }
            for cooldown in account.cooldowns where !before.contains(cooldown) {
                logger.notice(
                    "an account is left alone",
                    metadata: [
                        "routing.account": "\(account.name)", "routing.kind": "\(cooldown.kind.rawValue)",
                        "routing.reason": "\(cooldown.reason)", "routing.until": "\(cooldown.until.secondsText)",
                        "routing.exchange": "\(cooldown.exchange)",
                    ]
                )
            }
            if account.cooldowns.isEmpty, !before.isEmpty {
                logger.notice("an account serves again", metadata: ["routing.account": "\(account.name)"])
            }
        }
    }
}
