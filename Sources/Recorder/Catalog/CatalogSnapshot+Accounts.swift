import GRDB

extension CatalogSnapshot {
    /// Counts the exchanges of a query by account and outcome.
    ///
    /// - Parameters:
    ///   - query: the conditions; its limit does not count here.
    ///   - excluded: rows that no longer tell the truth.
    /// - Returns: groups of exchanges by their last attempt, and groups of the attempts before that.
    /// - Throws: SQLite's errors, which `CatalogReader.read` turns into a `StoreError`.
    package func accountGroups(
        _ query: ExchangeQuery,
        excluding excluded: CatalogExclusion = CatalogExclusion()
    ) throws -> [AccountGroup] {
        let (clause, values) = CatalogSnapshot.condition(query, excluding: excluded)
        let arguments = StatementArguments(values)
        let last = try Row.fetchAll(
            database,
            sql: """
                SELECT target, account, kind, count(*), max(started_at), sum(is_error), count(replay_of),
                    \(CatalogSnapshot.spendColumns) FROM exchanges\(clause) GROUP BY target, account, kind
                """,
            arguments: arguments
        )
        let earlier = try Row.fetchAll(
            database,
            sql: """
                SELECT target, account, kind, count(*), max(started_at)
                FROM (SELECT number AS exchange, started_at FROM exchanges\(clause)) JOIN attempts ON number = exchange
                GROUP BY target, account, kind
                """,
            arguments: arguments
        )
        return try last.map { row in
            var group = try CatalogSnapshot.group(row)
            group.exchanges = group.count
            group.errors = row[5]
            group.replays = row[6]
            group.spend = CatalogSnapshot.spend(row, from: 7)
            return group
        } + earlier.map(CatalogSnapshot.group)
    }

    private static func group(_ row: Row) throws -> AccountGroup {
        AccountGroup(
            target: row[0],
            account: row[1],
            kind: try (row[2] as String?).map(AttemptKind.init(column:)),
            count: row[3],
            lastStart: Timestamp(microseconds: row[4])
        )
    }

    // MARK: - Sums

    /// In the order of `SpendSums.kinds`.
    private static let tokenColumns = [
        "tokens_input", "tokens_output", "tokens_cache_read", "tokens_cache_write_5m", "tokens_cache_write_1h",
    ]

    /// SQLite refuses sums beyond 64 bits: the halves of the numbers are added up apart.
    private static let spendColumns: String = {
        let condition = "FILTER (WHERE replay_of IS NULL"
        let billed = SpendSums.billedPaths.map { "substr(path, -\($0.utf8.count)) = '\($0)'" }
        let isSpend = "(tokens_known = 1 OR kind = 'success' AND (\(billed.joined(separator: " OR "))))"
        let unpriced = "count(*) \(condition) AND cost_picodollars IS NULL AND \(isSpend))"
        let halves = (tokenColumns + ["cost_picodollars"]).flatMap { column in
            ["sum(\(column) >> 32) \(condition))", "sum(\(column) & 4294967295) \(condition))"]
        }
        return ([unpriced] + halves).joined(separator: ", ")
    }()

    private static func spend(_ row: Row, from start: Int) -> SpendSums {
        let sums = (0...tokenColumns.count).map { index -> Int128? in
            guard let high = row[start + 1 + 2 * index] as Int64?, let low = row[start + 2 + 2 * index] as Int64? else {
                return nil
            }
            return (Int128(high) << 32) + Int128(low)
        }
        return SpendSums(tokens: Array(sums.dropLast()), cost: (sums.last ?? nil) ?? 0, unpriced: row[start])
    }
}
