package import Recorder

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Brings the exchanges of bundle files into a store, as one more bundle of it.
///
/// Exchanges that the store has already are left out; the others get the store's next numbers and go through the
/// detectors again, as everything does that reaches a store. It holds the store's lock and blocks.
package struct BundleImport {
    /// What was done.
    package struct Outcome: Sendable {
        /// How many exchanges are new in the store.
        package var imported = 0
        /// How many were there already.
        package var known = 0
        /// The address of the first new exchange; `nil` when there is none.
        package var first: ExchangeAddress?
        /// The address of the last one.
        package var last: ExchangeAddress?
        /// What the detectors replaced, as a count of places.
        package var masked = 0
        /// The file in the store's folder of bundles; `nil` when nothing was new.
        package var bundle: String?
    }

    private let layout: StoreLayout
    private let catalog: String?
    private let notice: (String) -> Void
    private let progress: (Int, Int) -> Void

    /// Prepares an import.
    ///
    /// - Parameters:
    ///   - layout: the store; it is made when it is not there.
    ///   - catalog: the catalog, if it lies elsewhere than the layout says.
    ///   - notice: takes one line for each thing that is wrong with a source.
    ///   - progress: is told how many exchanges of how many are done.
    package init(
        _ layout: StoreLayout,
        catalog: String? = nil,
        notice: @escaping (String) -> Void = { _ in },
        progress: @escaping (_ done: Int, _ all: Int) -> Void = { _, _ in }
    ) {
        self.layout = layout
        self.catalog = catalog
        self.notice = notice
        self.progress = progress
    }

    /// Merges bundle files into the store.
    ///
    /// - Parameters:
    ///   - paths: the files.
    ///   - created: the instant that the new bundle's manifest names.
    /// - Returns: what was done.
    /// - Throws: `StoreError` when a file can't be read, the store can't be written, or a proxy records into it.
    package func run(_ paths: [String], created: Timestamp) throws -> Outcome {
        let source = try BundleExchanges(paths: paths, notice: notice)
        try layout.create()
        let lock = try takeLock()
        defer { withExtendedLifetime(lock) {} }
        let rows = try source.rows(ExchangeQuery())
        let known = try known(rows)
        let new = rows.filter { !known.contains($0.id) }
        var outcome = Outcome()
        outcome.known = rows.count - new.count
        if let first = new.first {
            let name = try fileName(first.id)
            try write(new, of: source, as: name, created, &outcome)
            try CatalogIndexer(layout, path: catalog ?? layout.catalog).catchUp()
        }
        return outcome
    }

    private func takeLock() throws(StoreError) -> StoreLock {
        do {
            return try StoreLock(layout)
        } catch {
            guard error.code == .inUse else { throw error }
            throw StoreError(
                .inUse,
                "a proxy records into \(layout.home): stop it, or import into another store with --home"
            )
        }
    }

    /// The ids among the rows that the store has.
    private func known(_ rows: [ExchangeSummary]) throws -> Set<ExchangeID> {
        let wanted = Set(rows.map(\.id))
        var known: Set<ExchangeID> = []
        let span = ExchangeQuery(since: rows.first?.startedAt, until: rows.last?.startedAt)
        try ExchangeStore(layout, catalog: catalog, notice: notice).forEach(span) {
            if wanted.contains($0.id) { known.insert($0.id) }
        }
        return known
    }

    private func write(
        _ rows: [ExchangeSummary],
        of source: BundleExchanges,
        as name: String,
        _ created: Timestamp,
        _ outcome: inout Outcome
    ) throws {
        let rules = ExportRules(
            masker: Masker(key: try MaskingKey.load(orCreateAt: layout.maskingKey)),
            keepsIdentities: true,
            remasks: true
        )
        var options = BundleBuilder.Options()
        options.missing = try newLosses(source.missing().map(rules.masked))
        options.isRescanned = true
        let areTagged = source.files.allSatisfy { $0.manifest?.identities == .tagged }
        options.identities = areTagged ? .tagged : .kept
        let path = layout.bundles + "/" + name
        let builder = try BundleBuilder(path: path, options: options, report: IncidentReport())
        let last = try StoreNumbers.last(StoreReader(layout))
        guard UInt64(rows.count) <= UInt64.max - last else {
            throw StoreError(.unsupported, "\(layout.home) has no numbers left for \(rows.count) exchanges")
        }
        for (done, row) in rows.enumerated() {
            progress(done, rows.count)
            let recorded = try source.recorded(row)
            var exchange = recorded.exchange
            exchange.number = last + UInt64(done) + 1
            var summary = recorded.summary
            summary.number = exchange.number
            var rewrite = ExchangeRewrite(
                RecordedExchange(exchange: exchange, summary: summary, bodies: recorded.bodies),
                rules
            )
            try builder.add(try rewrite.run())
            outcome.masked += rewrite.places.count
            rewrite.notices.forEach(notice)
        }
        // Before the bundle is there: a number that was taken and not used does no harm.
        try StoreNumbers.reserve(upTo: last + UInt64(rows.count), in: layout)
        try builder.finish(created: created)
        outcome.imported = rows.count
        outcome.first = ExchangeAddress(exchange: last + 1)
        outcome.last = ExchangeAddress(exchange: last + UInt64(rows.count))
        outcome.bundle = name
    }

    /// Notes that the store does not have; one without a span may be another loss that looks the same.
    private func newLosses(_ losses: [BundleManifest.Missing]) throws -> [BundleManifest.Missing] {
        var known = Set(try ExchangeStore(layout, catalog: catalog, notice: notice).missing())
        return losses.filter { loss in known.insert(loss).inserted || loss.from == nil || loss.until == nil }
    }

    /// A name that is not taken.
    private func fileName(_ first: ExchangeID) throws(StoreError) -> String {
        let ending = BundleContainer.tarZstandard.rawValue
        for number in 1...1000 {
            let name = "import-\(first)" + (number > 1 ? "-\(number)" : "") + ending
            if access(layout.bundles + "/" + name, F_OK) != 0 { return name }
        }
        throw StoreError(.io, "\(layout.bundles) has a thousand imports that begin with \(first): delete some")
    }
}
