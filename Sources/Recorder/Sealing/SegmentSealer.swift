/// Turns one closed segment into a bundle of the store, without pages for people: `inspector` is there, where the store is.
struct SegmentSealer {
    let layout: StoreLayout
    let level: Int

    /// Seals a segment: afterwards the bundle is whole on the disk, and the segment is still there.
    ///
    /// An exchange of which a piece is damaged is left out, and the manifest says so.
    ///
    /// - Returns: what the bundle holds; `nil` when there is nothing in the segment to keep.
    /// - Throws: `StoreError` when the segment can't be read at all or the bundle can't be written.
    func seal(_ number: Int, now: Timestamp) throws -> BundleManifest? {
        var index: [(start: Timestamp, number: UInt64, offset: Int)] = []
        var options = BundleBuilder.Options()
        options.level = level
        var scan = try SegmentScan(layout, number: number)
        while let frame = try scan.next() {
            switch frame.content {
            case .exchange(let exchange): index.append((exchange.startedAt, exchange.number, frame.offset))
            case .gap(let gap): options.missing.append(BundleManifest.Missing(gap))
            case .piece, .opening, .unknown: break
            }
        }
        if scan.skipped > 0 {
            options.missing.append(BundleManifest.Missing(reason: "damaged in the store", exchanges: scan.skipped))
        }
        guard !index.isEmpty || !options.missing.isEmpty else { return nil }
        index.sort { ($0.start, $0.number) < ($1.start, $1.number) }

        let bodies = SegmentBodies(path: layout.segment(number))
        var reader = try SegmentReader(path: layout.segment(number))
        let builder = try BundleBuilder(path: layout.bundle(ofSegment: number), options: options)
        var damaged: [Timestamp] = []
        for place in index {
            let exchange = try reader.exchange(at: place.offset)
            let summary = ExchangeDerivation.summary(of: exchange) { try bodies.body($0) }
            do {
                try builder.add(RecordedExchange(exchange: exchange, summary: summary, bodies: bodies))
            } catch let error as StoreError where error.code == .corrupt || error.code == .notFound {
                damaged.append(exchange.startedAt)
            }
        }
        if let first = damaged.first {
            builder.note(
                BundleManifest.Missing(
                    reason: "damaged in the store",
                    exchanges: damaged.count,
                    from: first,
                    until: damaged.last
                )
            )
        }
        return try builder.finish(created: now)
    }
}

extension BundleManifest.Missing {
    /// What a gap of a segment says.
    package init(_ gap: RecordingGap) {
        self.init(reason: gap.reason, exchanges: gap.exchanges, from: gap.from, until: gap.until)
    }
}
