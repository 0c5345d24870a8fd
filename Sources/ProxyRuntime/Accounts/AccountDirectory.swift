package import Logging
package import Recorder
import Synchronization

/// The accounts there are now: those of the environment in their order, then those of `accounts.json` in theirs.
///
/// Once it is made, it never has fewer accounts by accident: a file that can't be read, or has gone, leaves them as they
/// were, since without accounts a client's own credentials would go to the upstream.
package final class AccountDirectory: Sendable {
    private struct State {
        var entries: [AccountEntry]
        var versions: Versions
        var complaint: String?
    }

    private struct Versions: Hashable {
        var file: FileVersion?
        var environment: FileVersion?
    }

    private let environment: AccountsEnvironment
    private let layout: StoreLayout
    private let logger: Logger
    private let state: Mutex<State>

    /// Reads the accounts for the first time.
    ///
    /// - Throws: `SettingsError` naming what is wrong with which file or entry.
    package init(
        environment: AccountsEnvironment,
        layout: StoreLayout,
        logger: Logger
    ) throws(SettingsError) {
        self.environment = environment
        self.layout = layout
        self.logger = logger
        let (entries, versions) = try AccountDirectory.load(environment, layout)
        try AccountEntry.checkUnique(entries)
        state = Mutex(State(entries: entries, versions: versions))
    }

    /// The accounts.
    package var accounts: [Account] { state.withLock { $0.entries.map(\.account) } }

    /// The accounts with where they come from.
    package var entries: [AccountEntry] { state.withLock { $0.entries } }

    /// Reads the accounts of an environment and a store together.
    ///
    /// - Throws: `SettingsError` naming what is wrong with which file or entry.
    package static func entries(
        environment: AccountsEnvironment,
        layout: StoreLayout
    ) throws(SettingsError) -> [AccountEntry] {
        let entries = try load(environment, layout).0
        try AccountEntry.checkUnique(entries)
        return entries
    }

    private static func load(
        _ environment: AccountsEnvironment,
        _ layout: StoreLayout
    ) throws(SettingsError) -> ([AccountEntry], Versions) {
        // Looked at before it is read: a change in between is found at the next look.
        var versions = Versions(file: nil, environment: environment.fileVersion)
        var entries = try environment.entries()
        if let (file, version) = try AccountsFile.load(from: layout) {
            versions.file = version
            for index in entries.indices where file.pausedEnvironment.contains(entries[index].account.name) {
                entries[index].account.isPaused = true
            }
            entries += file.accountEntries(layout.accounts)
        }
        return (entries, versions)
    }

    /// Reads the files again if they have changed; a bad one changes nothing, and is reported once.
    ///
    /// Blocks on files; one thread at a time calls it.
    /// - Returns: whether the accounts are others now.
    package func reloadIfChanged() -> Bool {
        let now = Versions(file: PrivateFile(path: layout.accounts).version, environment: environment.fileVersion)
        let seen = state.withLock { state in
            if state.versions == now { state.complaint = nil }
            return state.versions
        }
        guard now != seen else { return false }
        do throws(SettingsError) {
            if seen.file != nil, now.file == nil {
                throw SettingsError(
                    message: "\(layout.accounts) has gone: its accounts stay until the proxy is started again"
                )
            }
            let (all, versions) = try AccountDirectory.load(environment, layout)
            let entries = withoutClashes(all)
            return state.withLock { state in
                state.complaint = nil
                state.versions = versions
                defer { state.entries = entries }
                return state.entries.map(\.account) != entries.map(\.account)
            }
        } catch {
            let reason = error.description
            let isNew = state.withLock { state in
                defer { state.complaint = reason }
                return state.complaint != reason
            }
            if isNew {
                logger.error("the accounts stay as they were", metadata: ["accounts.reason": "\(reason)"])
            }
            return false
        }
    }

    /// Leaves out accounts of the file that have the name or the key of another, and tells the log: who added them could
    /// not know of the proxy's environment, and all other changes are still to be seen.
    private func withoutClashes(_ entries: [AccountEntry]) -> [AccountEntry] {
        var kept: [AccountEntry] = []
        for entry in entries {
            do throws(SettingsError) {
                try AccountEntry.checkUnique(kept + [entry])
                kept.append(entry)
            } catch {
                logger.error("an account is left out", metadata: ["accounts.reason": "\(error)"])
            }
        }
        return kept
    }
}
