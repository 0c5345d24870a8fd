import GRDB

extension CatalogEntry {
    /// The columns of table `exchanges`, in the order of `arguments` and `init(row:)`.
    static let columns = [
        "number", "started_at", "is_error", "segment", "frame_offset", "status", "attempts", "duration", "ttfb",
        "longest_gap", "request_bytes", "response_bytes", "tokens_known", "tokens_input", "tokens_output",
        "tokens_cache_read", "tokens_cache_write_5m", "tokens_cache_write_1h", "cost_picodollars", "stream", "model",
        "account", "session", "user", "client_key", "method", "path", "error_type", "target", "ending", "bundle", "id",
        "replay_of", "kind",
    ]

    static let insertion = """
        INSERT OR REPLACE INTO exchanges (\(columns.joined(separator: ", ")))
        VALUES (\(columns.map { _ in "?" }.joined(separator: ", ")))
        """

    var values: [DatabaseValue] {
        let tokens = summary.tokens
        return [
            Int64(clamping: summary.number).databaseValue,
            summary.startedAt.microseconds.databaseValue,
            summary.isError.databaseValue,
            location.segment.databaseValue,
            location.offset.databaseValue,
            optional(summary.status),
            summary.attempts.databaseValue,
            summary.duration.databaseValue,
            optional(summary.timeToFirstByte),
            optional(summary.longestGap),
            summary.requestBytes.databaseValue,
            summary.responseBytes.databaseValue,
            (tokens != nil).databaseValue,
            optional(tokens?.input),
            optional(tokens?.output),
            optional(tokens?.cacheRead),
            optional(tokens?.cacheWrite5m),
            optional(tokens?.cacheWrite1h),
            optional(summary.costPicodollars),
            optional(summary.stream),
            optional(summary.model),
            optional(summary.account),
            optional(summary.session),
            optional(summary.user),
            optional(summary.clientKey),
            summary.method.databaseValue,
            summary.path.databaseValue,
            optional(summary.errorType),
            optional(summary.target),
            summary.ending.rawValue.databaseValue,
            optional(summary.bundle),
            summary.id.description.databaseValue,
            optional(summary.replayOf),
            optional(summary.kind?.rawValue),
        ]
    }

    /// What the catalog holds is no row of this program's.
    static var foreignRow: StoreError {
        StoreError(.corrupt, "the catalog holds a row that this program did not write")
    }

    /// Reads a row; the attempts before the last stand in a table of their own.
    init(row: Row) throws {
        let idText: String = row[31]
        let endingText: String = row[29]
        guard let id = ExchangeID(idText), let ending = Ending(rawValue: endingText) else {
            throw CatalogEntry.foreignRow
        }
        var summary = ExchangeSummary(
            id: id,
            number: UInt64(clamping: row[0] as Int64),
            startedAt: Timestamp(microseconds: row[1]),
            method: row[25],
            path: row[26],
            attempts: row[6],
            duration: row[7],
            ending: ending,
            requestBytes: row[10],
            responseBytes: row[11]
        )
        summary.status = row[5]
        summary.timeToFirstByte = row[8]
        summary.longestGap = row[9]
        if row[12] as Bool {
            summary.tokens = TokenUsage(
                input: row[13],
                output: row[14],
                cacheRead: row[15],
                cacheWrite5m: row[16],
                cacheWrite1h: row[17]
            )
        }
        summary.costPicodollars = row[18]
        summary.stream = row[19]
        summary.model = row[20]
        summary.account = row[21]
        summary.session = row[22]
        summary.user = row[23]
        summary.clientKey = row[24]
        summary.errorType = row[27]
        summary.target = row[28]
        summary.bundle = row[30]
        summary.replayOf = row[32]
        summary.kind = try (row[33] as String?).map(AttemptKind.init(column:))
        self.init(summary: summary, location: FrameLocation(segment: row[3], offset: row[4]))
    }
}

private func optional(_ value: (some DatabaseValueConvertible)?) -> DatabaseValue {
    value?.databaseValue ?? .null
}
