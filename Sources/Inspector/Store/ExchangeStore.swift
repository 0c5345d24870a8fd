package import Recorder

/// All exchanges of a store, whether the catalog has them already or not, beside a proxy that may be recording.
///
/// ```swift
/// let store = try ExchangeStore(StoreLayout(home: home))
/// for summary in try store.list(ExchangeQuery(limit: 20, errorOnly: true)) { print(summary.number) }
/// ```
///
/// Rows come from the catalog as far as it goes; what lies behind is read from segments and bundles with the same
/// conditions. Without a usable catalog everything is read from them, which takes longer and gives the same result.
package struct ExchangeStore: ExchangeSource {
    let reader: StoreReader
    let notice: (String) -> Void
    private let catalogPath: String
    private let open = OpenBundles()
    private let given = GivenRows()

    /// Opens a store for reading.
    ///
    /// - Parameters:
    ///   - layout: the store.
    ///   - catalog: the catalog, if it lies elsewhere than the layout says.
    ///   - notice: takes one line when something is read the long way, or cannot be read at all.
    /// - Throws: `StoreError` with code `notFound` when there is no store.
    package init(
        _ layout: StoreLayout,
        catalog: String? = nil,
        notice: @escaping (String) -> Void = { _ in }
    ) throws {
        reader = try StoreReader(layout)
        catalogPath = catalog ?? layout.catalog
        self.notice = notice
    }

    /// The exchanges of a query in order of their start, then number; with a limit, the newest of them.
    package func list(_ query: ExchangeQuery) throws -> [ExchangeSummary] {
        var rows: [ExchangeSummary] = []
        try forEach(query) { rows.append($0) }
        return rows
    }

    package func forEach(_ query: ExchangeQuery, _ body: (ExchangeSummary) throws -> Void) throws {
        var position = StorePosition()
        try forEach(query, endingAt: &position, body)
    }

    package func missing() throws -> [BundleManifest.Missing] {
        var missing: [BundleManifest.Missing] = []
        let files = try StoreFiles(reader)
        for bundle in files.bundles {
            guard let file = try? BundleFile(path: files.path(of: bundle.name), contents: .manifest) else { continue }
            missing += file.manifest?.missing ?? []
        }
        for number in files.segments {
            guard var scan = try? openSegment(number, at: SegmentFormat.magic.count) else { continue }
            while let frame = try scan.next() {
                if case .gap(let gap) = frame.content { missing.append(BundleManifest.Missing(gap)) }
            }
        }
        return missing
    }

    /// Gives the exchanges of a query to a closure one by one, in the order of `list`.
    ///
    /// - Parameters:
    ///   - query: the conditions and the limit.
    ///   - position: is set to how far the segments were read, for `forEachFinished`.
    ///   - body: takes an exchange.
    /// - Throws: `StoreError` when the store cannot be read, and what the closure throws.
    package func forEach(
        _ query: ExchangeQuery,
        endingAt position: inout StorePosition,
        _ body: (ExchangeSummary) throws -> Void
    ) throws {
        var count = 0
        func give(_ entry: CatalogEntry) throws {
            count += 1
            given.note(entry)
            try body(entry.summary)
        }
        position = try withCatalog(canRepeat: { count == 0 }) { view, files in
            let (behind, position) = try scan(files, behind: view, query.mayMatch) { query.matches($0.summary) }
            guard let limit = query.limit else {
                try merge(query, behind, view, give)
                return position
            }
            var newest = behind
            try view?.snapshot.forEach(query, excluding: view?.stale ?? CatalogExclusion()) {
                newest.append($0)
                return true
            }
            newest.sort(by: CatalogEntry.isBefore)
            try newest.suffix(limit).forEach(give)
            return position
        }
    }

    /// Gives the exchanges that finished since a position to a closure, in the order of finishing.
    ///
    /// - Parameters:
    ///   - position: where to begin; moved to where this call ended.
    ///   - query: the conditions; its limit does not count here.
    ///   - body: takes an exchange.
    /// - Throws: `StoreError` when the store cannot be read, and what the closure throws.
    package func forEachFinished(
        since position: inout StorePosition,
        _ query: ExchangeQuery,
        _ body: (ExchangeSummary) throws -> Void
    ) throws {
        for number in try reader.segmentNumbers() {
            // A segment that was sealed meanwhile stays for a moment, so that its last exchanges are seen here.
            let start = position.ends[number] ?? SegmentFormat.magic.count
            do {
                position.ends[number] = try scan(number, from: start, query.mayMatch) {
                    if query.matches($0.summary) { try body($0.summary) }
                }
            } catch let error as StoreError where error.code == .notFound {
                position.ends[number] = nil
            }
        }
    }

    /// Finds the exchange that a selector names.
    ///
    /// - Returns: `nil` when there is none.
    /// - Throws: `InspectorError` with code `ambiguous` when the beginning of an id fits several.
    package func find(_ selector: ExchangeSelector) throws -> RecordedExchange? {
        let found = try withCatalog { view, files in
            let behind = try scan(files, behind: view) {
                selector.matches(id: $0.id, number: $0.number)
            } where: {
                selector.matches(id: $0.summary.id, number: $0.summary.number)
            }
            return try (view?.snapshot.find(selector, excluding: view?.stale ?? CatalogExclusion()) ?? [])
                + behind.entries
        }
        guard let entry = found.last else { return nil }
        if let other = found.first, other.summary.id != entry.summary.id, case .ids = selector {
            throw InspectorError(
                .ambiguous,
                "several exchanges have ids that begin so, such as x\(other.summary.number) (\(other.summary.id)) "
                    + "and x\(entry.summary.number) (\(entry.summary.id)): give more digits or an address"
            )
        }
        return try recorded(entry)
    }

    package func recorded(_ row: ExchangeSummary) throws -> RecordedExchange {
        // Sealed or deleted since: the look-up finds it again, or says why not.
        if let entry = given.entry(of: row), let recorded = try? recorded(entry) { return recorded }
        guard let recorded = try find(.ids(row.id...row.id)) else { throw StoreError.gone(row) }
        return recorded
    }

    private func recorded(_ entry: CatalogEntry) throws -> RecordedExchange {
        let number = entry.location.segment
        if entry.summary.bundle == nil, let exchange = try liveExchange(entry.location) {
            let bodies = SegmentBodies(path: reader.layout.segment(number))
            return RecordedExchange(exchange: exchange, summary: entry.summary, bodies: bodies)
        }
        let name = entry.summary.bundle ?? StoreLayout.bundleFileName(number)
        let bundle = try open.open(reader.layout.bundles + "/" + name)
        guard let row = bundle.row(entry.summary.id) else {
            throw StoreError(
                .corrupt,
                "\(bundle.path) has no whole x\(entry.summary.number): `inspector verify` tells why"
            )
        }
        return try bundle.recorded(row)
    }

    /// The exchange of a live segment, or `nil` when the segment was sealed in this moment: its bundle has it.
    private func liveExchange(_ location: FrameLocation) throws(StoreError) -> Exchange? {
        do throws(StoreError) {
            var segment = try reader.segment(location.segment)
            return try segment.exchange(at: location.offset)
        } catch {
            guard error.code == .notFound else { throw error }
            return nil
        }
    }

    // MARK: - The catalog, as far as it can be used

    /// Runs a closure with the catalog, and again without it when it turns out to be damaged.
    func withCatalog<Result>(
        canRepeat: () -> Bool = { true },
        _ body: (CatalogView?, StoreFiles) throws -> Result
    ) throws -> Result {
        do {
            let catalog = try CatalogReader(path: catalogPath)
            return try catalog.read { snapshot in
                // Listed within the snapshot: what the catalog does not know yet is among the files then.
                let files = try StoreFiles(reader)
                return try body(CatalogView(snapshot, files: files), files)
            }
        } catch let error as StoreError where canRepeat() {
            let files = try StoreFiles(reader)
            if !files.segments.isEmpty || !files.bundles.isEmpty {
                notice("\(error.message); reading segments and bundles instead")
            }
            return try body(nil, files)
        }
    }

    /// Gives rows and scanned entries in one order, without holding all rows at once.
    private func merge(
        _ query: ExchangeQuery,
        _ behind: [CatalogEntry],
        _ view: CatalogView?,
        _ body: (CatalogEntry) throws -> Void
    ) throws {
        var rest = behind[...]
        try view?.snapshot.forEach(query, excluding: view?.stale ?? CatalogExclusion(), oldestFirst: true) { entry in
            while let next = rest.first, CatalogEntry.isBefore(next, entry) {
                try body(next)
                rest.removeFirst()
            }
            try body(entry)
            return true
        }
        try rest.forEach(body)
    }
}
