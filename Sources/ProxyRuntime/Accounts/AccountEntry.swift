package import Recorder

/// An account with where it comes from.
package struct AccountEntry: Hashable, Sendable {
    /// Where an account is written down.
    package enum Source: String, Sendable {
        /// `CLAUDE_API_KEYS` or `CLAUDE_API_KEYS_FILE`.
        case environment
        /// `accounts.json` in the store.
        case file
    }

    /// The account.
    package var account: Account
    /// Where it comes from.
    package var source: Source
    /// When it was added, for one of the file.
    package var addedAt: Timestamp?
    /// The place it stands at, for messages.
    package var place: String

    /// Makes an entry.
    package init(account: Account, source: Source, addedAt: Timestamp? = nil, place: String) {
        self.account = account
        self.source = source
        self.addedAt = addedAt
        self.place = place
    }

    /// Checks that no name and no key occurs twice.
    ///
    /// - Throws: `SettingsError` naming both places, or both accounts.
    package static func checkUnique(_ entries: [AccountEntry]) throws(SettingsError) {
        var byName: [String: AccountEntry] = [:]
        var byKey: [Credential: AccountEntry] = [:]
        for entry in entries {
            let name = entry.account.name
            if let other = byName.updateValue(entry, forKey: name) {
                throw SettingsError(
                    message: "two accounts are called '\(name)': \(other.place) and \(entry.place); rename one of them"
                )
            }
            if let other = byKey.updateValue(entry, forKey: entry.account.credential) {
                throw SettingsError(
                    message: "accounts '\(other.account.name)' (\(other.place)) and '\(name)' (\(entry.place)) "
                        + "have the same key: remove one of them"
                )
            }
        }
    }
}
