package import Inspector
package import Recorder

/// Which exchanges of a source are sent again.
package struct RunSelection: Sendable {
    /// The conditions.
    package var query: ExchangeQuery
    /// Addresses, ids, beginnings of ids, or sessions; empty for all that fulfil the conditions.
    package var names: [String]

    /// Makes a selection.
    package init(query: ExchangeQuery = ExchangeQuery(), names: [String] = []) {
        self.query = query
        self.names = names
    }

    /// The rows of a source that are selected, in order of time.
    ///
    /// What a replay itself sent through a recording proxy is left out unless it is named.
    ///
    /// - Throws: `ReplayerError` with code `unknownSelection` for a name that fits nothing, and what the source throws.
    package func rows(of source: any ExchangeSource) throws -> [ExchangeSummary] {
        guard !names.isEmpty else { return try source.rows(query).filter { $0.replayOf == nil } }
        // Conditions first, names next, the newest N last: a limit counts what is left.
        var unlimited = query
        unlimited.limit = nil
        let wanted = names.map { (name: $0, selector: ExchangeSelector($0)) }
        var isFound = Array(repeating: false, count: names.count)
        var rows: [ExchangeSummary] = []
        try source.forEach(unlimited) { row in
            var isWanted = false
            for (index, want) in wanted.enumerated() {
                let isExchange = want.selector?.matches(id: row.id, number: row.number) ?? false
                guard isExchange || row.session == want.name && row.replayOf == nil else { continue }
                isFound[index] = true
                isWanted = true
            }
            if isWanted { rows.append(row) }
        }
        if let missing = isFound.firstIndex(of: false) {
            throw ReplayerError(
                .unknownSelection,
                "'\(names[missing])' names no exchange and no session among those selected: "
                    + "see `inspector logs` for addresses"
            )
        }
        return Array(rows.suffix(query.limit ?? rows.count))
    }
}
