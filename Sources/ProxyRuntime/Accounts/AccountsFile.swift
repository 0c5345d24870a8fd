package import Recorder

/// `accounts.json` of a store: the accounts that commands manage, and which of the environment's are paused.
///
/// It holds keys, so only its owner may read it. Every change goes through `edit`, which lets one process at a time
/// read, change and replace the file.
///
/// ```swift
/// try AccountsFile.edit(in: layout) { try $0.add(account, at: now) }
/// ```
package struct AccountsFile: Hashable, Sendable {
    /// An account, and when it was added.
    package struct Entry: Hashable, Sendable {
        /// The account.
        package var account: Account
        /// When it was added.
        package var addedAt: Timestamp
    }

    /// The format that is written.
    static let version = 1

    /// The accounts in the order in which they were added.
    package var entries: [Entry] = []
    /// The names of accounts of the environment that are paused, in order.
    package var pausedEnvironment: [String] = []

    /// Makes a file without accounts.
    package init() {}

    /// Reads the file of a store.
    ///
    /// - Returns: the content and the state it belongs to; `nil` when there is no such file.
    /// - Throws: `SettingsError` when others may read it, or it is damaged, or of a newer program.
    package static func load(from layout: StoreLayout) throws(SettingsError) -> (AccountsFile, FileVersion)? {
        guard let (bytes, version) = try PrivateFile(path: layout.accounts).read() else { return nil }
        return (try decode(bytes, path: layout.accounts), version)
    }

    /// Changes the file of a store, whose directory is there.
    ///
    /// - Parameters:
    ///   - layout: the store.
    ///   - change: changes the content; the file stays as it is when it throws or changes nothing.
    /// - Returns: what the change gives.
    /// - Throws: what `load(from:)` and the change throw, and `SettingsError` when it can't be written.
    @discardableResult
    package static func edit<Result>(
        in layout: StoreLayout,
        _ change: (inout AccountsFile) throws(SettingsError) -> Result
    ) throws(SettingsError) -> Result {
        var result: Result?
        let path = layout.accounts
        try PrivateFile(path: path).edit { (bytes) throws(SettingsError) -> [UInt8]? in
            let old = try bytes.map { (bytes) throws(SettingsError) in try decode(bytes, path: path) } ?? AccountsFile()
            var new = old
            result = try change(&new)
            return new == old ? nil : try PrivateJSON.encode(Stored(new), path: path)
        }
        guard let result else { preconditionFailure("an edit that does not throw has called its closure") }
        return result
    }

    // MARK: - Changes

    /// Adds an account behind the others.
    ///
    /// - Throws: `SettingsError` when its name or key is there already.
    package mutating func add(_ account: Account, at now: Timestamp) throws(SettingsError) {
        if entries.contains(where: { $0.account.name == account.name }) {
            throw SettingsError(message: "an account called '\(account.name)' is there already: choose another name")
        }
        if let other = entries.first(where: { $0.account.credential == account.credential }) {
            throw SettingsError(message: "account '\(other.account.name)' has the same key already")
        }
        entries.append(Entry(account: account, addedAt: now))
    }

    /// Removes an account.
    ///
    /// - Returns: whether it was there.
    package mutating func remove(_ name: String) -> Bool {
        let count = entries.count
        entries.removeAll { $0.account.name == name }
        return entries.count < count
    }

    /// Pauses or resumes an account of the file or, if there is none of that name, of the environment.
    ///
    /// - Returns: whether that changed anything.
    package mutating func pause(_ name: String, _ isPaused: Bool) -> Bool {
        if let index = entries.firstIndex(where: { $0.account.name == name }) {
            defer { entries[index].account.isPaused = isPaused }
            return entries[index].account.isPaused != isPaused
        }
        guard pausedEnvironment.contains(name) != isPaused else { return false }
        if isPaused {
            pausedEnvironment.append(name)
        } else {
            pausedEnvironment.removeAll { $0 == name }
        }
        return true
    }

    // MARK: - Form

    static func decode(_ bytes: [UInt8], path: String) throws(SettingsError) -> AccountsFile {
        try PrivateJSON.decode(Stored.self, bytes, version: version, path: path).file(path)
    }

    /// The form in the file.
    private struct Stored: Codable {
        struct Entry: Codable {
            var name: String
            var key: String
            var provider: Account.Provider
            var baseURL: String?
            var priority: Int
            var auth: Account.Auth?
            var paused: Bool
            var addedAt: Timestamp

            enum CodingKeys: String, CodingKey {
                case name, key, provider, priority, auth, paused
                case baseURL = "base_url"
                case addedAt = "added_at"
            }
        }

        var version: Int
        var accounts: [Entry]
        var pausedEnvironment: [String]?

        enum CodingKeys: String, CodingKey {
            case version, accounts
            case pausedEnvironment = "paused_environment"
        }

        init(_ file: AccountsFile) {
            version = AccountsFile.version
            accounts = file.entries.map { entry in
                Entry(
                    name: entry.account.name,
                    key: entry.account.credential.secret,
                    provider: entry.account.provider,
                    baseURL: entry.account.baseURL?.description,
                    priority: entry.account.priority,
                    auth: entry.account.auth,
                    paused: entry.account.isPaused,
                    addedAt: entry.addedAt
                )
            }
            pausedEnvironment = file.pausedEnvironment
        }

        /// Checks all that people can have changed by hand.
        func file(_ path: String) throws(SettingsError) -> AccountsFile {
            var file = AccountsFile()
            for (index, stored) in accounts.enumerated() {
                let place = "\(path): accounts[\(index)]"
                do {
                    try AccountName.check(stored.name, of: "an account")
                } catch {
                    throw SettingsError(message: "\(place): \(error)")
                }
                let key = try Credential(parsing: stored.key, provider: stored.provider, place: place)
                var account = Account(name: stored.name, credential: key)
                account.provider = stored.provider
                if let url = stored.baseURL {
                    account.baseURL = try UpstreamTarget(url: url, setting: "\(place).base_url")
                }
                account.priority = stored.priority
                account.auth = stored.auth
                account.isPaused = stored.paused
                file.entries.append(AccountsFile.Entry(account: account, addedAt: stored.addedAt))
            }
            file.pausedEnvironment = pausedEnvironment ?? []
            try AccountEntry.checkUnique(file.accountEntries(path))
            return file
        }
    }

    /// The accounts as entries of a list, in order.
    package func accountEntries(_ path: String) -> [AccountEntry] {
        entries.map { AccountEntry(account: $0.account, source: .file, addedAt: $0.addedAt, place: path) }
    }
}
