package import Recorder

/// Where exchanges are read from: a store, or bundle files.
///
/// ```swift
/// let source = try Sources.open(["incident.zip"])
/// try source.forEach(ExchangeQuery(errorOnly: true)) { print($0.number) }
/// ```
package protocol ExchangeSource {
    /// Gives the exchanges of a query to a closure one by one, in order of their start, then number; with a limit, the
    /// newest of them.
    ///
    /// - Throws: `StoreError` when they can't be read, and what the closure throws.
    func forEach(_ query: ExchangeQuery, _ body: (ExchangeSummary) throws -> Void) throws

    /// Finds the exchange that a selector names.
    ///
    /// - Returns: `nil` when there is none.
    /// - Throws: `InspectorError` with code `ambiguous` when it names several.
    func find(_ selector: ExchangeSelector) throws -> RecordedExchange?

    /// The exchange of a row that `forEach` gave.
    ///
    /// - Throws: `StoreError` when it is gone.
    func recorded(_ row: ExchangeSummary) throws -> RecordedExchange

    /// Exchanges that belong here and were not recorded, by reason.
    ///
    /// - Throws: `StoreError` when they can't be read.
    func missing() throws -> [BundleManifest.Missing]

    /// Counts the exchanges of a query by account; its limit does not count.
    ///
    /// - Throws: `StoreError` when they can't be read.
    func accountStatistics(_ query: ExchangeQuery) throws -> AccountStatistics
}

extension StoreError {
    /// The exchange of a row is not there any more.
    static func gone(_ row: ExchangeSummary) -> StoreError {
        StoreError(.notFound, "x\(row.number) (\(row.id)) is gone: it was deleted meanwhile")
    }
}

extension ExchangeSource {
    /// The rows of a query, in the order of `forEach`.
    package func rows(_ query: ExchangeQuery) throws -> [ExchangeSummary] {
        var rows: [ExchangeSummary] = []
        try forEach(query) { rows.append($0) }
        return rows
    }

    package func accountStatistics(_ query: ExchangeQuery) throws -> AccountStatistics {
        var query = query
        query.limit = nil
        var statistics = AccountStatistics()
        try forEach(query) { statistics.add($0) }
        return statistics
    }
}
