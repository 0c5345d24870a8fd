import GRDB

/// One consistent state of the catalog, valid within the closure it is given to.
package struct CatalogSnapshot {
    let database: Database

    /// How far every segment is indexed.
    package func marks() throws -> [SegmentMark] {
        try Row.fetchAll(database, sql: "SELECT number, indexed_to, last_frame, last_head FROM segments").map {
            SegmentMark(number: $0[0], indexedTo: $0[1], lastFrame: $0[2], lastHead: $0[3])
        }
    }

    /// The bundles whose exchanges are all in the catalog.
    package func bundles() throws -> [SealedBundle] {
        try Row.fetchAll(database, sql: "SELECT name, bytes, modified FROM bundles").map {
            SealedBundle(name: $0[0], bytes: $0[1], modified: $0[2])
        }
    }

    /// The rows of a query, the newest first, one after another as they are read.
    ///
    /// - Parameters:
    ///   - query: the conditions and the limit.
    ///   - excluded: segments whose rows no longer tell the truth.
    ///   - oldestFirst: the other order; the limit then counts from the oldest.
    ///   - body: takes a row, and says whether to go on.
    /// - Throws: what the closure throws, and SQLite's errors, which `CatalogReader.read` turns into a `StoreError`.
    package func forEach(
        _ query: ExchangeQuery,
        excluding excluded: CatalogExclusion = CatalogExclusion(),
        oldestFirst: Bool = false,
        _ body: (CatalogEntry) throws -> Bool
    ) throws {
        let (sql, arguments) = CatalogSnapshot.selection(query, excluding: excluded, oldestFirst: oldestFirst)
        let rows = try Row.fetchCursor(database, sql: sql, arguments: arguments)
        while let row = try rows.next() {
            guard try body(withAttempts(CatalogEntry(row: row))) else { return }
        }
    }

    /// The entries that a selector names, two at most: more than one is one too many.
    package func find(
        _ selector: ExchangeSelector,
        excluding excluded: CatalogExclusion = CatalogExclusion()
    ) throws -> [CatalogEntry] {
        var values: [DatabaseValue]
        var conditions: [String]
        switch selector {
        case .address(let address):
            conditions = ["number = ?"]
            values = [Int64(clamping: address.exchange).databaseValue]
        case .ids(let range):
            // Hex digits in lower case sort as the numbers they stand for.
            conditions = ["id BETWEEN ? AND ?"]
            values = [range.lowerBound.description.databaseValue, range.upperBound.description.databaseValue]
        }
        conditions += excluded.conditions
        let sql = """
            SELECT \(CatalogEntry.columns.joined(separator: ", ")) FROM exchanges
            WHERE \(conditions.joined(separator: " AND ")) LIMIT 2
            """
        return try Row.fetchAll(database, sql: sql, arguments: StatementArguments(values)).map {
            try withAttempts(CatalogEntry(row: $0))
        }
    }

    /// How many exchanges the rows stand for, without those of the given segments.
    package func count(excluding excluded: CatalogExclusion = CatalogExclusion()) throws -> Int {
        let conditions = excluded.conditions
        let filter = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        return try Int.fetchOne(database, sql: "SELECT count(*) FROM exchanges" + filter) ?? 0
    }

    /// The tokens, of all kinds, of the answers that each client key has got since an instant.
    package func tokensByClientKey(since: Timestamp) throws -> [String: Int] {
        let kinds = ["input", "output", "cache_read", "cache_write_5m", "cache_write_1h"]
        let sum = kinds.map { "coalesce(tokens_\($0), 0)" }.joined(separator: " + ")
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT client_key, CAST(total(\(sum)) AS INTEGER) FROM exchanges
                WHERE started_at >= ? AND client_key IS NOT NULL AND tokens_known = 1 GROUP BY client_key
                """,
            arguments: [since.microseconds]
        )
        return Dictionary(rows.map { ($0[0], $0[1]) }, uniquingKeysWith: { $1 })
    }

    /// The highest number that an exchange has, or 0.
    package func lastNumber() throws -> UInt64 {
        UInt64(clamping: try Int64.fetchOne(database, sql: "SELECT max(number) FROM exchanges") ?? 0)
    }

    /// The losses that were noted, in order of time.
    package func gaps(excluding excluded: [Int] = []) throws -> [RecordingGap] {
        let filter = excluded.isEmpty ? "" : " WHERE segment NOT IN (\(CatalogSnapshot.list(excluded)))"
        let sql = "SELECT from_time, until_time, reason, exchanges FROM gaps\(filter) ORDER BY from_time"
        return try Row.fetchAll(database, sql: sql).map {
            RecordingGap(
                from: Timestamp(microseconds: $0[0]),
                until: Timestamp(microseconds: $0[1]),
                reason: $0[2],
                exchanges: $0[3]
            )
        }
    }

    static func selection(
        _ query: ExchangeQuery,
        excluding excluded: CatalogExclusion,
        oldestFirst: Bool
    ) -> (sql: String, arguments: StatementArguments) {
        let (filter, values) = condition(query, excluding: excluded)
        let order = oldestFirst ? "ASC" : "DESC"
        var sql = "SELECT \(CatalogEntry.columns.joined(separator: ", ")) FROM exchanges\(filter)"
        sql += " ORDER BY started_at \(order), number \(order)"
        if let limit = query.limit { sql += " LIMIT \(limit)" }
        return (sql, StatementArguments(values))
    }

    /// The conditions of a query but its limit, as a clause of a statement on table `exchanges`.
    static func condition(
        _ query: ExchangeQuery,
        excluding excluded: CatalogExclusion
    ) -> (clause: String, values: [DatabaseValue]) {
        var conditions: [String] = []
        var values: [DatabaseValue] = []
        func add(_ condition: String, _ value: some DatabaseValueConvertible) {
            conditions.append(condition)
            values.append(value.databaseValue)
        }
        // Literally as in the partial index, or SQLite does not see that it applies.
        if query.errorOnly { conditions.append("is_error = 1") }
        if let session = query.session { add("session = ?", session) }
        if let account = query.account { add("account = ?", account) }
        if let model = query.model { add("instr(lower(model), ?) > 0", model.asciiLowercased) }
        if let since = query.since { add("started_at >= ?", since.microseconds) }
        if let until = query.until { add("started_at <= ?", until.microseconds) }
        conditions += excluded.conditions
        return (conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND "), values)
    }

    private static func list(_ segments: [Int]) -> String {
        segments.map { String($0) }.joined(separator: ", ")
    }
}
