/// Which exchanges a list shows: all conditions hold at once, and `limit` counts what is left.
///
/// ```swift
/// let rows = try store.list(ExchangeQuery(limit: 20, errorOnly: true, model: "sonnet"))
/// ```
package struct ExchangeQuery: Hashable, Sendable {
    /// How many of the newest exchanges are shown, or `nil` for all.
    package var limit: Int?
    /// Whether only errors are shown, as `ExchangeSummary.isError` has them.
    package var errorOnly: Bool
    /// A part of the model's name, in any case of ASCII letters: `sonnet` finds `claude-sonnet-4-5-20250929`.
    package var model: String?
    /// The conversation, exactly.
    package var session: String?
    /// The account of the last attempt, exactly.
    package var account: String?
    /// The earliest start, inclusive.
    package var since: Timestamp?
    /// The latest start, inclusive.
    package var until: Timestamp?

    /// Makes a query; what is not given is no condition.
    package init(
        limit: Int? = nil,
        errorOnly: Bool = false,
        model: String? = nil,
        session: String? = nil,
        account: String? = nil,
        since: Timestamp? = nil,
        until: Timestamp? = nil
    ) {
        self.limit = limit
        self.errorOnly = errorOnly
        self.model = model
        self.session = session
        self.account = account
        self.since = since
        self.until = until
    }

    /// Whether an exchange fulfils the conditions that need no derived row: what it rules out need not be derived.
    package func mayMatch(_ exchange: Exchange) -> Bool {
        if let since, exchange.startedAt < since { return false }
        if let until, exchange.startedAt > until { return false }
        guard let session else { return true }
        return exchange.session?.utf8.elementsEqual(session.utf8) == true
    }

    /// Whether an exchange fulfils every condition; `limit` is none.
    package func matches(_ summary: ExchangeSummary) -> Bool {
        if errorOnly && !summary.isError { return false }
        if let since, summary.startedAt < since { return false }
        if let until, summary.startedAt > until { return false }
        // Byte by byte, as SQLite compares: Swift's `==` takes two spellings of one letter for equal.
        if let session, summary.session?.utf8.elementsEqual(session.utf8) != true { return false }
        if let account, summary.account?.utf8.elementsEqual(account.utf8) != true { return false }
        guard let model else { return true }
        return summary.model?.asciiLowercased.containsBytes(of: model.asciiLowercased) ?? false
    }
}

extension String {
    /// The text with A to Z in lower case and all else untouched, as SQLite's `lower()` has it.
    var asciiLowercased: String {
        String(decoding: utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }

    /// Whether the bytes of `part` occur in the text, as SQLite's `instr()` has it.
    fileprivate func containsBytes(of part: String) -> Bool {
        let text = Array(utf8)
        let part = Array(part.utf8)
        guard text.count >= part.count else { return false }
        return (0...(text.count - part.count)).contains { text[$0..<($0 + part.count)].elementsEqual(part) }
    }
}
