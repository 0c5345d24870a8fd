import GRDB

/// Writes the rows of exchanges into the catalog, within a transaction of the caller's.
struct CatalogInsertion {
    private let exchanges: Statement
    private let attempts: Statement

    init(_ database: Database) throws {
        exchanges = try database.cachedStatement(sql: CatalogEntry.insertion)
        attempts = try database.cachedStatement(sql: "INSERT INTO attempts VALUES (?, ?, ?, ?, ?, ?, ?)")
    }

    /// Writes one exchange; a row that had its number or id goes, with its attempts.
    func insert(_ entry: CatalogEntry) throws {
        exchanges.setUncheckedArguments(StatementArguments(entry.values))
        try exchanges.execute()
        for (index, attempt) in entry.summary.earlierAttempts.enumerated() {
            attempts.setUncheckedArguments([
                Int64(clamping: entry.summary.number), index + 1, attempt.target, attempt.account,
                attempt.kind.rawValue, attempt.status, attempt.duration,
            ])
            try attempts.execute()
        }
    }
}
