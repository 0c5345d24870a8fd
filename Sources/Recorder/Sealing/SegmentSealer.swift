#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Turns one closed segment into a bundle of the store, without pages for people: `inspector` is there, where the store is.
struct SegmentSealer {
    /// What became of a segment.
    enum Outcome {
        /// There is nothing in it to keep but pieces, which other segments may need.
        case empty
        /// Its bundle is whole on the disk.
        case sealed(BundleManifest)
    }

    private static let damaged = "damaged in the store"

    let layout: StoreLayout
    let level: Int

    /// Seals a segment: afterwards the bundle is whole on the disk, and the segment is still there.
    ///
    /// What lies behind damage is found again, and what is lost is noted in the manifest: a body of which a piece is
    /// damaged is left out. The damaged segment stays under another name, `00000001.segment.damaged`.
    ///
    /// - Parameters:
    ///   - number: the segment's number.
    ///   - now: the instant that the manifest names.
    ///   - isCancelled: asked again and again whether to stop.
    /// - Returns: what became of it.
    /// - Throws: `StoreError` when the segment can't be read at all or the bundle can't be written; with code
    ///   `cancelled` when it was stopped.
    func seal(_ number: Int, now: Timestamp, isCancelled: @escaping () -> Bool = { false }) throws -> Outcome {
        var options = BundleBuilder.Options()
        options.level = level
        options.isCancelled = isCancelled
        let index = try index(number, &options.missing)
        guard !index.isEmpty || !options.missing.isEmpty else { return .empty }

        let path = layout.segment(number)
        if options.missing.contains(where: { $0.reason == Self.damaged }) {
            guard link(path, path + StoreLayout.damagedSuffix) == 0 || errno == EEXIST else {
                throw StoreError.system("keep", path + StoreLayout.damagedSuffix)
            }
        }
        let bodies = SegmentBodies(path: path)
        var reader = try SegmentReader(path: path)
        let builder = try BundleBuilder(path: layout.bundle(ofSegment: number), options: options)
        for place in index {
            guard !isCancelled() else { throw StoreError(.cancelled, "segment \(number) is not sealed yet") }
            var exchange = try reader.exchange(at: place.offset)
            do {
                try add(exchange, bodies, to: builder)
            } catch let error as StoreError where error.code == .corrupt || error.code == .notFound {
                exchange.omitBodies(because: Self.damaged) { (try? bodies.isWhole($0)) == true }
                try add(exchange, bodies, to: builder)
            }
        }
        return .sealed(try builder.finish(created: now))
    }

    private func add(_ exchange: Exchange, _ bodies: SegmentBodies, to builder: BundleBuilder) throws {
        let summary = ExchangeDerivation.summary(of: exchange) { try bodies.body($0) }
        try builder.add(RecordedExchange(exchange: exchange, summary: summary, bodies: bodies))
    }

    /// Where the exchanges lie, in the order of their start, and what was lost.
    private func index(
        _ number: Int,
        _ missing: inout [BundleManifest.Missing]
    ) throws -> [(start: Timestamp, number: UInt64, offset: Int)] {
        var index: [(start: Timestamp, number: UInt64, offset: Int)] = []
        var scan = try SegmentScan(layout, number: number)
        let end = SegmentMark.length(of: layout.segment(number)) ?? 0
        var places = 0
        repeat {
            while let frame = try scan.next() {
                switch frame.content {
                case .exchange(let exchange): index.append((exchange.startedAt, exchange.number, frame.offset))
                case .gap(let gap): missing.append(BundleManifest.Missing(gap))
                case .piece, .opening, .unknown: break
                }
            }
            // A frame that was cut off at the very end is the trace of a crash: nobody was told that it was recorded.
            guard try !scan.isTorn(end: end) else { break }
            places += 1
        } while try scan.resynchronise(end: end)
        if scan.skipped + places > 0 {
            // How many exchanges a damaged place held nobody knows; one at least.
            missing.append(BundleManifest.Missing(reason: Self.damaged, exchanges: scan.skipped + places))
        }
        index.sort { ($0.start, $0.number) < ($1.start, $1.number) }
        return index
    }
}

extension BundleManifest.Missing {
    /// What a gap of a segment says.
    package init(_ gap: RecordingGap) {
        self.init(reason: gap.reason, exchanges: gap.exchanges, from: gap.from, until: gap.until)
    }
}

extension SegmentBodies {
    /// Whether every piece of a body can be read and is what its name says.
    fileprivate func isWhole(_ record: BodyRecord) throws -> Bool {
        try pieces(of: record).allSatisfy { piece in
            try content(of: piece).withUnsafeBytes { Digest(of: $0) } == piece.name
        }
    }
}

extension Exchange {
    /// Leaves out the bodies that are not whole.
    fileprivate mutating func omitBodies(because reason: String, unless isWhole: (BodyRecord) -> Bool) {
        func omit(_ body: inout BodyRecord) -> Bool {
            guard body.omitted == nil, body.storedLength > 0, !isWhole(body) else { return false }
            body = BodyRecord(wireLength: body.wireLength, omitted: reason)
            return true
        }
        _ = omit(&request.body)
        if var answer = response, omit(&answer.body) {
            answer.chunks = []
            response = answer
        }
        for index in attempts.indices {
            _ = omit(&attempts[index].request.body)
            if var answer = attempts[index].response, omit(&answer.body) {
                answer.chunks = []
                attempts[index].response = answer
            }
        }
    }
}
