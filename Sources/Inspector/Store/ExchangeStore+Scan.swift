import Recorder

extension ExchangeStore {
    /// Reads what the catalog does not cover.
    func scan(
        _ files: StoreFiles,
        behind view: CatalogView?,
        _ isCandidate: (Exchange) -> Bool,
        where condition: (CatalogEntry) -> Bool
    ) throws -> (entries: [CatalogEntry], position: StorePosition) {
        var entries: [CatalogEntry] = []
        var position = StorePosition()
        position.ends = view?.covered ?? [:]
        for bundle in files.bundles where view?.indexed.contains(bundle) != true {
            entries += try scan(bundle, files).filter(condition)
        }
        for number in files.segments {
            let start = position.ends[number] ?? SegmentFormat.magic.count
            do {
                position.ends[number] = try scan(number, from: start, isCandidate) {
                    if condition($0) { entries.append($0) }
                }
            } catch let error as StoreError where error.code == .notFound {
                // Sealed and removed since the files were listed. Rows of the catalog are of its first part.
                guard let bundle = try reader.bundles().first(where: { $0.segment == number }) else { continue }
                let known = entries.map(\.summary.id)
                entries += try scan(bundle, files).filter { entry in
                    guard condition(entry), !known.contains(entry.summary.id) else { return false }
                    return try view?.snapshot.find(.ids(entry.summary.id...entry.summary.id)).isEmpty ?? true
                }
            }
        }
        entries.sort(by: CatalogEntry.isBefore)
        return (entries, position)
    }

    /// The rows of a bundle, unless it is gone or can't be read: one such file must not hide all others.
    private func scan(_ bundle: SealedBundle, _ files: StoreFiles) throws -> [CatalogEntry] {
        do throws(StoreError) {
            let file = try BundleFile(path: files.path(of: bundle.name), contents: .rows)
            return file.rows.map {
                CatalogEntry(
                    summary: $0.summary,
                    location: FrameLocation(segment: bundle.segment ?? 0, offset: $0.line.lowerBound)
                )
            }
        } catch {
            guard error.code != .io else { throw error }
            if error.code != .notFound { notice(error.message) }
            return []
        }
    }

    /// Reads the exchanges of one segment; rows are derived, which reads bodies, of candidates only.
    ///
    /// - Returns: the offset behind the last frame.
    func scan(
        _ number: Int,
        from start: Int,
        _ isCandidate: (Exchange) -> Bool,
        _ body: (CatalogEntry) throws -> Void
    ) throws -> Int {
        guard let length = SegmentMark.length(of: reader.layout.segment(number)) else {
            throw StoreError(.notFound, "\(reader.layout.segment(number)) is gone")
        }
        guard length > start, var scan = try openSegment(number, at: start) else { return start }
        while let frame = try scan.next() {
            guard case .exchange(let exchange) = frame.content, isCandidate(exchange) else { continue }
            try body(scan.entry(for: exchange, at: frame.offset))
        }
        return scan.position
    }

    /// Opens a segment, unless it is not ours: one such file must not hide all others.
    func openSegment(_ number: Int, at position: Int) throws -> SegmentScan? {
        do {
            return try SegmentScan(reader.layout, number: number, position: position)
        } catch {
            guard error.code == .corrupt || error.code == .unsupported else { throw error }
            notice(error.message)
            return nil
        }
    }
}
