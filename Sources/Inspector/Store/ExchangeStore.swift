package import Recorder

/// All exchanges of a store, whether the catalog has them already or not, beside a proxy that may be recording.
///
/// ```swift
/// let store = try ExchangeStore(StoreLayout(home: home))
/// for summary in try store.list(ExchangeQuery(limit: 20, errorOnly: true)) { print(summary.number) }
/// ```
///
/// Rows come from the catalog as far as it goes; what lies behind is read from the segments with the same conditions.
/// Without a usable catalog everything is read from the segments, which takes longer and gives the same result.
package struct ExchangeStore: ExchangeSource {
    private let reader: StoreReader
    private let catalogPath: String
    private let notice: (String) -> Void

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
        for number in try reader.segmentNumbers() {
            guard var scan = try open(number, at: SegmentFormat.magic.count) else { continue }
            while let frame = try scan.next() {
                guard case .gap(let gap) = frame.content else { continue }
                missing.append(
                    BundleManifest.Missing(
                        reason: gap.reason,
                        exchanges: gap.exchanges,
                        from: gap.from,
                        until: gap.until
                    )
                )
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
        var given = 0
        position = try withCatalog(canRepeat: { given == 0 }) { view in
            let (behind, position) = try scan(behind: view, query.mayMatch) { query.matches($0.summary) }
            guard let limit = query.limit else {
                try merge(query, behind, view) {
                    given += 1
                    try body($0)
                }
                return position
            }
            var newest = behind
            try view?.snapshot.forEach(query, excluding: view?.stale ?? []) {
                newest.append($0)
                return true
            }
            newest.sort(by: CatalogEntry.isBefore)
            for entry in newest.suffix(limit) {
                given += 1
                try body(entry.summary)
            }
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
            let start = position.ends[number] ?? SegmentFormat.magic.count
            position.ends[number] = try scan(number, from: start, query.mayMatch) {
                if query.matches($0.summary) { try body($0.summary) }
            }
        }
    }

    /// Finds the exchange that a selector names.
    ///
    /// - Returns: `nil` when there is none.
    /// - Throws: `InspectorError` with code `ambiguous` when the beginning of an id fits several.
    package func find(_ selector: ExchangeSelector) throws -> RecordedExchange? {
        let found = try withCatalog { view in
            let behind = try scan(behind: view) {
                selector.matches(id: $0.id, number: $0.number)
            } where: { _ in
                true
            }
            return try (view?.snapshot.find(selector, excluding: view?.stale ?? []) ?? []) + behind.entries
        }
        guard let entry = found.last else { return nil }
        if let other = found.first, other.summary.id != entry.summary.id, case .ids = selector {
            throw InspectorError(
                .ambiguous,
                "several exchanges have ids that begin so, such as x\(other.summary.number) (\(other.summary.id)) "
                    + "and x\(entry.summary.number) (\(entry.summary.id)): give more digits or an address"
            )
        }
        var segment = try reader.segment(entry.location.segment)
        return RecordedExchange(
            exchange: try segment.exchange(at: entry.location.offset),
            summary: entry.summary,
            bodies: SegmentBodies(path: reader.layout.segment(entry.location.segment))
        )
    }

    // MARK: - The catalog, as far as it can be used

    /// Runs a closure with the catalog, and again without it when it turns out to be damaged.
    private func withCatalog<Result>(
        canRepeat: () -> Bool = { true },
        _ body: (CatalogView?) throws -> Result
    ) throws -> Result {
        do {
            let catalog = try CatalogReader(path: catalogPath)
            return try catalog.read { try body(CatalogView($0, layout: reader.layout)) }
        } catch let error as StoreError where canRepeat() {
            if try !reader.segmentNumbers().isEmpty { notice("\(error.message); reading the segments instead") }
            return try body(nil)
        }
    }

    /// Reads what the catalog does not cover.
    private func scan(
        behind view: CatalogView?,
        _ isCandidate: (Exchange) -> Bool,
        where condition: (CatalogEntry) -> Bool
    ) throws -> (entries: [CatalogEntry], position: StorePosition) {
        var entries: [CatalogEntry] = []
        var position = StorePosition()
        position.ends = view?.covered ?? [:]
        for number in try reader.segmentNumbers() {
            let start = position.ends[number] ?? SegmentFormat.magic.count
            position.ends[number] = try scan(number, from: start, isCandidate) {
                if condition($0) { entries.append($0) }
            }
        }
        entries.sort(by: CatalogEntry.isBefore)
        return (entries, position)
    }

    /// Reads the exchanges of one segment; rows are derived, which reads bodies, of candidates only.
    ///
    /// - Returns: the offset behind the last frame.
    private func scan(
        _ number: Int,
        from start: Int,
        _ isCandidate: (Exchange) -> Bool,
        _ body: (CatalogEntry) throws -> Void
    ) throws -> Int {
        guard let length = SegmentMark.length(of: reader.layout.segment(number)), length > start else { return start }
        guard var scan = try open(number, at: start) else { return start }
        while let frame = try scan.next() {
            guard case .exchange(let exchange) = frame.content, isCandidate(exchange) else { continue }
            try body(scan.entry(for: exchange, at: frame.offset))
        }
        return scan.position
    }

    /// Opens a segment, unless it is gone or not ours: one such file must not hide all others.
    private func open(_ number: Int, at position: Int) throws -> SegmentScan? {
        do {
            return try SegmentScan(reader.layout, number: number, position: position)
        } catch {
            guard error.code != .notFound else { return nil }
            guard error.code == .corrupt || error.code == .unsupported else { throw error }
            notice(error.message)
            return nil
        }
    }

    /// Gives rows and scanned entries in one order, without holding all rows at once.
    private func merge(
        _ query: ExchangeQuery,
        _ behind: [CatalogEntry],
        _ view: CatalogView?,
        _ body: (ExchangeSummary) throws -> Void
    ) throws {
        var rest = behind[...]
        try view?.snapshot.forEach(query, excluding: view?.stale ?? [], oldestFirst: true) { entry in
            while let next = rest.first, CatalogEntry.isBefore(next, entry) {
                try body(next.summary)
                rest.removeFirst()
            }
            try body(entry.summary)
            return true
        }
        for entry in rest { try body(entry.summary) }
    }
}
