import Recorder

/// Which conversation belongs to which account; bounded, the least recently used are forgotten.
struct SessionTable: Sendable {
    struct Entry: Sendable {
        /// The account the conversation belongs to.
        var home: AccountID
        /// When `home` served it last, so old is its prompt cache; `nil` when it never did.
        var homeUsed: Timestamp?
        /// The account that serves while `home` is out.
        var standIn: AccountID?
        /// When `standIn` served it last.
        var standInUsed: Timestamp?
        /// When it was used last, by whichever account.
        var lastUsed: Timestamp
    }

    private(set) var entries: [SessionKey: Entry] = [:]
    private let limit: Int
    private let timeout: Int64

    init(limit: Int, timeout: Int64) {
        self.limit = max(1, limit)
        self.timeout = timeout
    }

    /// The entry of a conversation whose time is not over.
    func entry(_ key: SessionKey, at now: Timestamp) -> Entry? {
        guard let entry = entries[key], now < entry.lastUsed.advanced(byMicroseconds: timeout) else { return nil }
        return entry
    }

    mutating func set(_ key: SessionKey, _ entry: Entry) {
        if entries.updateValue(entry, forKey: key) == nil, entries.count > limit { evict(at: entry.lastUsed) }
    }

    /// An account has answered for a conversation.
    mutating func served(_ key: SessionKey, by account: AccountID, at now: Timestamp) {
        guard let entry = entries[key] else { return }
        if entry.home == account { entries[key]?.homeUsed = now }
        if entry.standIn == account { entries[key]?.standInUsed = now }
    }

    /// A tenth at a time, so that looking through all of them is rare.
    private mutating func evict(at now: Timestamp) {
        entries = entries.filter { now < $0.value.lastUsed.advanced(byMicroseconds: timeout) }
        guard entries.count > limit else { return }
        // Times are compared first and alone: a text for each comparison would hold all requests up for a long moment.
        let oldest = entries.map { (lastUsed: $0.value.lastUsed, key: $0.key) }.sorted {
            $0.lastUsed == $1.lastUsed ? $0.key < $1.key : $0.lastUsed < $1.lastUsed
        }
        for (_, key) in oldest.prefix(entries.count - limit + limit / 10) { entries[key] = nil }
    }

    /// Forgets what belongs to an account that is gone.
    mutating func forget(_ account: AccountID) {
        for (key, entry) in entries {
            if entry.home == account {
                entries[key] = nil
            } else if entry.standIn == account {
                entries[key]?.standIn = nil
            }
        }
    }
}
