import ProxyRuntime
import Recorder

/// The accounts that a command can see: of its environment, of the store, and of a proxy that runs on that store.
struct KnownAccounts {
    /// Those with a key that can be read here.
    let entries: [AccountEntry]
    /// What the proxy remembers.
    let snapshot: RoutingSnapshot?
    /// Names that a running proxy uses and that are not among the entries: its environment is another one.
    let elsewhere: [String]

    /// Reads them; nothing is made.
    init(_ layout: StoreLayout, _ environment: [String: String]) throws {
        entries = try AccountDirectory.entries(environment: AccountsEnvironment(environment), layout: layout)
        snapshot = RoutingSnapshotFile.load(from: layout.routing, notice: { StandardError.write("proxy: " + $0) })
        let names = Set(entries.map(\.account.name))
        let isRunning = StoreLock.isHeld(layout)
        elsewhere = isRunning ? (snapshot?.accounts ?? []).map(\.name).filter { !names.contains($0) } : []
    }

    /// The error for a name that is none of them.
    func unknown(_ name: String) -> SettingsError {
        // Not repeated if it can't be a name: it may be a key.
        let name = AccountName.isValid(name) ? " called '\(name)'" : " of that name"
        let names = entries.map(\.account.name) + elsewhere
        let known = names.isEmpty ? "there are none" : "there are: \(names.joined(separator: ", "))"
        return SettingsError(message: "there is no account\(name); \(known)")
    }

    /// Pauses or resumes an account.
    static func pause(_ name: String, _ isPaused: Bool, _ options: HomeOptions) throws {
        let (layout, environment) = try options.store()
        let known = try KnownAccounts(layout, environment)
        let names = known.entries.map(\.account.name) + known.elsewhere
        // One that was paused and is no longer in the environment can still be resumed.
        let left = isPaused ? [] : try AccountsFile.load(from: layout)?.0.pausedEnvironment ?? []
        guard (names + left).contains(name) else { throw known.unknown(name) }
        try layout.create()
        let isChanged = try AccountsFile.edit(in: layout) { file in file.pause(name, isPaused) }
        let state = isPaused ? "paused" : "active"
        StandardError.write(isChanged ? "account \(name) is \(state) now" : "account \(name) was \(state) already")
    }
}
