import GRDB

extension CatalogSnapshot {
    /// The same entry with the attempts that came before the last one.
    func withAttempts(_ entry: CatalogEntry) throws -> CatalogEntry {
        guard entry.summary.attempts > 1 else { return entry }
        var entry = entry
        let statement = try database.cachedStatement(
            sql: "SELECT target, account, kind, status, duration FROM attempts WHERE number = ? ORDER BY ordinal"
        )
        let rows = try Row.fetchCursor(statement, arguments: [Int64(clamping: entry.summary.number)])
        while let row = try rows.next() {
            entry.summary.earlierAttempts.append(
                AttemptSummary(
                    target: row[0],
                    account: row[1],
                    kind: try AttemptKind(column: row[2]),
                    status: row[3],
                    duration: row[4]
                )
            )
        }
        return entry
    }
}

extension AttemptKind {
    /// Reads a column of the catalog.
    init(column text: String) throws(StoreError) {
        guard let kind = AttemptKind(rawValue: text) else { throw CatalogEntry.foreignRow }
        self = kind
    }
}
