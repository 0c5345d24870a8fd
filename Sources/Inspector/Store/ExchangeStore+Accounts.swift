package import Recorder

extension ExchangeStore {
    /// Counts by account: the catalog counts its rows itself, the rest is read.
    package func accountStatistics(_ query: ExchangeQuery) throws -> AccountStatistics {
        try withCatalog { view, files in
            var statistics = AccountStatistics()
            let behind = try scan(files, behind: view, query.mayMatch) { query.matches($0.summary) }
            for entry in behind.entries { statistics.add(entry.summary) }
            for group in try view?.snapshot.accountGroups(query, excluding: view?.stale ?? CatalogExclusion()) ?? [] {
                statistics.add(group)
            }
            return statistics
        }
    }
}
