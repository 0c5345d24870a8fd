package import Recorder

/// The exchanges of one or more bundle files, as if they were one recording.
///
/// An exchange that several files hold is one. Addresses are those of the files: the same one may stand for two
/// exchanges, and only an id tells them apart then.
package struct BundleExchanges: ExchangeSource {
    private struct Entry {
        var row: BundleFile.Row
        var file: BundleFile
    }

    /// The files.
    package let files: [BundleFile]
    private let entries: [Entry]
    private let places: [ExchangeID: Int]

    /// Reads bundle files.
    ///
    /// - Parameters:
    ///   - paths: the files.
    ///   - notice: takes one line for each thing that is wrong with one of them.
    /// - Throws: `StoreError` when one can't be read at all.
    package init(paths: [String], notice: (String) -> Void = { _ in }) throws {
        files = try paths.map { try BundleFile(path: $0) }
        var entries: [Entry] = []
        var ids: Set<ExchangeID> = []
        for file in files {
            for fault in file.faults { notice("\(file.path): \(fault)") }
            for row in file.rows where ids.insert(row.summary.id).inserted {
                entries.append(Entry(row: row, file: file))
            }
        }
        entries.sort {
            ($0.row.summary.startedAt, $0.row.summary.number) < ($1.row.summary.startedAt, $1.row.summary.number)
        }
        self.entries = entries
        places = Dictionary(
            entries.indices.map { (entries[$0].row.summary.id, $0) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    package func forEach(_ query: ExchangeQuery, _ body: (ExchangeSummary) throws -> Void) throws {
        let found = entries.filter { query.matches($0.row.summary) }
        for entry in found.suffix(query.limit ?? found.count) { try body(entry.row.summary) }
    }

    package func find(_ selector: ExchangeSelector) throws -> RecordedExchange? {
        let found = entries.filter { selector.matches(id: $0.row.summary.id, number: $0.row.summary.number) }
        guard let entry = found.last else { return nil }
        if let other = found.dropLast().last {
            throw InspectorError(
                .ambiguous,
                "several exchanges are meant, such as x\(other.row.summary.number) (\(other.row.summary.id)) in "
                    + "\(other.file.path) and x\(entry.row.summary.number) (\(entry.row.summary.id)) in "
                    + "\(entry.file.path): give an id, or one file"
            )
        }
        return try entry.file.recorded(entry.row)
    }

    package func recorded(_ row: ExchangeSummary) throws -> RecordedExchange {
        guard let place = places[row.id] else { throw StoreError.gone(row) }
        return try entries[place].file.recorded(entries[place].row)
    }

    package func missing() throws -> [BundleManifest.Missing] {
        files.flatMap { file -> [BundleManifest.Missing] in
            let lost = file.lostExchanges
            return (file.manifest?.missing ?? [])
                + (lost > 0 ? [BundleManifest.Missing(reason: "damaged or cut off", exchanges: lost)] : [])
        }
    }
}
