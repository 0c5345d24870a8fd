import GRDB

/// Brings the catalog up to date with the bundles of a store, one bundle a step.
struct BundleIndexer {
    let layout: StoreLayout
    let queue: DatabaseQueue

    /// Forgets bundles that are gone, and takes the rows of one new bundle over.
    ///
    /// - Parameters:
    ///   - bundles: those that are there now.
    ///   - unreadable: those that could not be read; more are added. Readers look into them themselves, and say so.
    /// - Returns: whether another step is due.
    /// - Throws: `DatabaseError`, or `StoreError` when a bundle can't be read now.
    func step(_ bundles: [SealedBundle], skipping unreadable: inout Set<SealedBundle>) throws -> Bool {
        let known = try queue.read { try CatalogSnapshot(database: $0).bundles() }
        let present = Set(bundles)
        let gone = known.filter { !present.contains($0) }
        if !gone.isEmpty { try forget(gone) }
        let indexed = Set(known)
        let new = bundles.filter { !indexed.contains($0) && !unreadable.contains($0) }
        guard let next = new.first else { return false }
        let rows: [BundleFile.Row]
        do throws(StoreError) {
            rows = try BundleFile(path: layout.bundles + "/" + next.name, contents: .rows).rows
        } catch {
            // One that can't be read now must not keep the others; another program, or this one at its next start, may.
            unreadable.insert(next)
            return new.count > 1
        }
        try insert(next, rows)
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

    private func insert(_ bundle: SealedBundle, _ rows: [BundleFile.Row]) throws {
        try queue.inTransaction(.immediate) { database in
            let insertion = try CatalogInsertion(database)
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
                let location = FrameLocation(segment: bundle.segment ?? 0, offset: row.line.lowerBound)
                try insertion.insert(CatalogEntry(summary: row.summary, location: location))
            }
            try database.execute(
                sql: "INSERT OR REPLACE INTO bundles VALUES (?, ?, ?)",
                arguments: [bundle.name, bundle.bytes, bundle.modified]
            )
            return .commit
        }
    }
}
