import GRDB

/// Brings the catalog up to date with the bundles of a store, one bundle a step.
struct BundleIndexer {
    let layout: StoreLayout
    let queue: DatabaseQueue

    /// Forgets bundles that are gone, and takes the rows of one new bundle over.
    ///
    /// - Parameter bundles: those that are there now.
    /// - Returns: whether another step is due.
    /// - Throws: `DatabaseError`, or `StoreError` when a bundle can't be read now.
    func step(_ bundles: [SealedBundle]) throws -> Bool {
        let known = try queue.read { try CatalogSnapshot(database: $0).bundles() }
        let present = Set(bundles)
        let gone = known.filter { !present.contains($0) }
        if !gone.isEmpty { try forget(gone) }
        let indexed = Set(known)
        let new = bundles.filter { !indexed.contains($0) }
        guard let next = new.first else { return false }
        try insert(next)
        return new.count > 1
    }

    private func forget(_ bundles: [SealedBundle]) throws {
        try queue.inTransaction(.immediate) { database in
            for bundle in bundles {
                try database.execute(sql: "DELETE FROM exchanges WHERE bundle = ?", arguments: [bundle.name])
                try database.execute(sql: "DELETE FROM bundles WHERE name = ?", arguments: [bundle.name])
            }
            return .commit
        }
    }

    private func rows(of bundle: SealedBundle) throws(StoreError) -> [BundleFile.Row] {
        do throws(StoreError) {
            return try BundleFile(path: layout.bundles + "/" + bundle.name, contents: .rows).rows
        } catch {
            guard error.code != .io, error.code != .notFound else { throw error }
            // No bundle, or a newer one: noted as known, so that it is not read over and over; `doctor` names it.
            return []
        }
    }

    private func insert(_ bundle: SealedBundle) throws {
        let rows = try rows(of: bundle)
        try queue.inTransaction(.immediate) { database in
            let insertion = try database.cachedStatement(sql: CatalogEntry.insertion)
            // The rows of the live segment go first: one without a bundle must not stay when a line was left out.
            if let segment = bundle.segment {
                try database.execute(
                    sql: "DELETE FROM exchanges WHERE segment = ? AND bundle IS NULL",
                    arguments: [segment]
                )
                try database.execute(sql: "DELETE FROM gaps WHERE segment = ?", arguments: [segment])
                try database.execute(sql: "DELETE FROM segments WHERE number = ?", arguments: [segment])
            }
            for row in rows {
                let entry = CatalogEntry(
                    summary: row.summary,
                    location: FrameLocation(segment: bundle.segment ?? 0, offset: row.line.lowerBound)
                )
                insertion.setUncheckedArguments(StatementArguments(entry.values))
                try insertion.execute()
            }
            try database.execute(
                sql: "INSERT OR REPLACE INTO bundles VALUES (?, ?, ?)",
                arguments: [bundle.name, bundle.bytes, bundle.modified]
            )
            return .commit
        }
    }
}
