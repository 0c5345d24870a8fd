import GRDB

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Brings the catalog up to date with the segments, a group of exchanges at a time.
///
/// ```swift
/// let indexer = CatalogIndexer(layout)
/// while try indexer.step() {}
/// ```
///
/// Several indexers, also of several processes, may work on one catalog: each group is one transaction that checks
/// first whether another was faster. One thread uses an indexer; it blocks on files and on SQLite.
package final class CatalogIndexer {
    /// A group that may be long enough for SQLite and short enough to be cancelled after it.
    package static let defaultGroup = 1024
    /// After that many bytes a group ends however few exchanges they hold.
    private static let groupBytes = 64 << 20

    private let layout: StoreLayout
    private let path: String
    /// Bundles that could not be read since the start.
    private var unreadable: Set<SealedBundle> = []
    private var open: (queue: DatabaseQueue, identity: [UInt64]?)?
    private var wasReplaced = false
    private var follower: CatalogFollower?

    /// Names a store and its catalog; nothing is touched before the first step.
    ///
    /// - Parameters:
    ///   - layout: the store.
    ///   - path: the catalog, if it lies elsewhere than the layout says.
    ///   - follower: is told about the exchanges of segments.
    package init(_ layout: StoreLayout, path: String? = nil, follower: CatalogFollower? = nil) {
        self.layout = layout
        self.follower = follower
        self.path = path ?? layout.catalog
    }

    /// Indexes the next exchanges, if there are any, and forgets what is gone.
    ///
    /// A damaged catalog is replaced by an empty one.
    ///
    /// - Parameter limit: how many exchanges at most; 256 or more make good use of a transaction.
    /// - Returns: whether there was as much as the limit, so that another step is due.
    /// - Throws: `StoreError` when the store cannot be read, the catalog cannot be written or is a newer program's.
    package func step(limit: Int = CatalogIndexer.defaultGroup) throws -> Bool {
        do {
            let isMoreDue = try advance(limit)
            wasReplaced = false
            return isMoreDue
        } catch let error as DatabaseError where error.isDamage && !wasReplaced {
            // Once: a disk that damages a new file at once is no matter of another new file.
            open = nil
            CatalogFile.remove(path)
            wasReplaced = true
            return true
        } catch let error as DatabaseError {
            open = nil
            throw StoreError(.io, "the catalog \(path) cannot be written: \(error.reason)")
        }
    }

    /// Indexes all there is now.
    ///
    /// - Parameter progress: called after each group; it returns whether to go on.
    /// - Throws: as `step(limit:)` does.
    package func catchUp(progress: () -> Bool = { true }) throws {
        while try step(), progress() {}
    }

    /// Empties the catalog, or replaces one that cannot be used, so that the next steps build it anew.
    ///
    /// A usable file is emptied in place: a proxy that indexes into it goes on with the same file.
    package func reset() throws {
        do {
            let queue = try database()
            guard try !queue.read(CatalogSchema.migrator.hasSchemaChanges) else { throw StoreError(.corrupt, path) }
            try queue.inTransaction(.immediate) { database in
                // The attempts first: their exchanges then have none to look for.
                for table in ["attempts", "exchanges", "segments", "gaps", "bundles"] {
                    try database.execute(sql: "DELETE FROM \(table)")
                }
                return .commit
            }
        } catch {
            if let error = error as? StoreError, error.code == .io { throw error }
            open = nil
            CatalogFile.remove(path)
        }
    }

    private func advance(_ limit: Int) throws -> Bool {
        let queue = try database()
        let reader = try StoreReader(layout)
        // The segments first: one that is sealed meanwhile is seen as a segment, a bundle or both, never as none.
        var numbers = try reader.segmentNumbers()
        let bundles = try reader.bundles()
        let bundleIndexer = BundleIndexer(layout: layout, queue: queue)
        if try bundleIndexer.step(bundles, skipping: &unreadable) { return true }
        let sealed = Set(bundles.compactMap(\.segment))
        numbers.removeAll { sealed.contains($0) }
        let marks = try queue.read { try CatalogSnapshot(database: $0).marks() }
        try forget(marks.filter { !$0.holds(in: layout) }, in: queue)

        var known: [Int: SegmentMark] = [:]
        for mark in marks where mark.holds(in: layout) { known[mark.number] = mark }
        var groups: [Group] = []
        var left = limit
        for number in numbers where left > 0 {
            let start = known[number]?.indexedTo ?? SegmentFormat.magic.count
            guard let length = SegmentMark.length(of: layout.segment(number)), length > start else { continue }
            let group = try collect(number, from: start, limit: left)
            guard group.end > start else { continue }
            left -= group.entries.count
            groups.append(group)
            if group.end - start >= CatalogIndexer.groupBytes { left = 0 }
        }
        if !groups.isEmpty {
            try insert(groups, in: queue)
            tell(groups)
        }
        return left <= 0
    }

    // MARK: - One group

    private struct Group {
        var mark: SegmentMark
        var start: Int
        var entries: [CatalogEntry] = []
        var gaps: [(offset: Int, gap: RecordingGap)] = []
        var end: Int { mark.indexedTo }
    }

    /// Reads and derives outside of any transaction: that is most of the work.
    private func collect(_ number: Int, from start: Int, limit: Int) throws -> Group {
        var scan = try SegmentScan(layout, number: number, position: start)
        var group = Group(
            mark: SegmentMark(number: number, indexedTo: start, lastFrame: start, lastHead: 0),
            start: start
        )
        while group.entries.count < limit, scan.position - start < CatalogIndexer.groupBytes,
            let frame = try scan.next()
        {
            switch frame.content {
            case .exchange(let exchange): group.entries.append(scan.entry(for: exchange, at: frame.offset))
            case .gap(let gap): group.gaps.append((frame.offset, gap))
            case .piece, .opening, .unknown: break
            }
        }
        group.mark.indexedTo = scan.position
        group.mark.lastFrame = scan.lastFrame ?? start
        group.mark.lastHead = SegmentMark.head(ofFrameAt: group.mark.lastFrame, in: layout.segment(number)) ?? 0
        return group
    }

    private func insert(_ groups: [Group], in queue: DatabaseQueue) throws {
        try queue.inTransaction(.immediate) { database in
            let insertion = try CatalogInsertion(database)
            let current = Dictionary(
                try CatalogSnapshot(database: database).marks().map { ($0.number, $0) },
                uniquingKeysWith: { $1 }
            )
            let sealed = Set(try String.fetchAll(database, sql: "SELECT name FROM bundles"))
            for group in groups {
                // Sealed, and known as a bundle, since it was read: its rows are in.
                let bundle = StoreLayout.bundleFileName(group.mark.number)
                guard !sealed.contains(bundle) else { continue }
                // Another indexer was faster: its rows are in, these would only be the same.
                guard (current[group.mark.number]?.indexedTo ?? SegmentFormat.magic.count) == group.start else {
                    continue
                }
                for entry in group.entries { try insertion.insert(entry) }
                for (offset, gap) in group.gaps {
                    try database.execute(
                        sql: "INSERT OR REPLACE INTO gaps VALUES (?, ?, ?, ?, ?, ?)",
                        arguments: [
                            group.mark.number, offset, gap.from.microseconds, gap.until.microseconds, gap.reason,
                            gap.exchanges,
                        ]
                    )
                }
                try database.execute(
                    sql: "INSERT OR REPLACE INTO segments VALUES (?, ?, ?, ?)",
                    arguments: [
                        group.mark.number, group.mark.indexedTo, group.mark.lastFrame, group.mark.lastHead,
                    ]
                )
            }
            return .commit
        }
    }

    /// Tells the follower about new exchanges.
    ///
    /// Numbers grow with the frames, so that what is indexed again, as after a reset, is not told again. What another
    /// program has indexed before this one looked is not told at all.
    private func tell(_ groups: [Group]) {
        guard var follower else { return }
        for entry in groups.lazy.flatMap(\.entries) where entry.summary.number > follower.after {
            follower.after = entry.summary.number
            follower.tell(entry.summary)
        }
        self.follower = follower
    }

    private func forget(_ marks: [SegmentMark], in queue: DatabaseQueue) throws {
        guard !marks.isEmpty else { return }
        try queue.inTransaction(.immediate) { database in
            for mark in try CatalogSnapshot(database: database).marks()
            where marks.contains(mark) && !mark.holds(in: layout) {
                // A sealed exchange lives on in its bundle.
                try database.execute(
                    sql: "DELETE FROM exchanges WHERE segment = ? AND bundle IS NULL",
                    arguments: [mark.number]
                )
                try database.execute(sql: "DELETE FROM gaps WHERE segment = ?", arguments: [mark.number])
                try database.execute(sql: "DELETE FROM segments WHERE number = ?", arguments: [mark.number])
            }
            return .commit
        }
    }

    /// The open catalog; opened again when the file at the path is another one, as after a reset elsewhere.
    private func database() throws -> DatabaseQueue {
        if let open, open.identity != nil, open.identity == CatalogFile.identity(path) { return open.queue }
        open = nil
        do {
            let queue = try CatalogFile.open(path)
            open = (queue, CatalogFile.identity(path))
            return queue
        } catch let error as DatabaseError where error.isDamage {
            CatalogFile.remove(path)
            let queue = try CatalogFile.open(path)
            open = (queue, CatalogFile.identity(path))
            return queue
        }
    }
}
