package import Recorder

/// Checks a bundle file against itself: every hash, reference, length and count, and what its lines say of its bodies.
///
/// ```swift
/// let verification = try BundleVerification(path: "incident.zip")
/// if !verification.faults.isEmpty { … }
/// ```
package struct BundleVerification: Sendable {
    /// Faults beyond that many are counted only.
    private static let limit = 1000

    /// The file.
    package let path: String
    /// What is wrong and where, a line each, the first thousand.
    package private(set) var faults: [String] = []
    /// How many things are wrong.
    package private(set) var faultCount = 0
    /// Exchanges that are whole.
    package let exchanges: Int
    /// Their attempts.
    package private(set) var attempts = 0
    /// Pieces that are whole.
    package let pieces: Int
    /// Bytes of the pieces.
    package let pieceBytes: Int
    /// Exchanges that belong here and were never recorded, or are lost.
    package let missing: Int
    /// What was done with ids; `nil` without a manifest.
    package let identities: BundleManifest.Identities?
    /// Whether the detectors ran over it again when it was written.
    package let isRescanned: Bool

    /// Reads and checks a bundle.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - progress: is told how many exchanges of how many are checked.
    /// - Throws: `StoreError` when the file can't be read, is no bundle, or is refused.
    package init(path: String, progress: (_ done: Int, _ all: Int) -> Void = { _, _ in }) throws {
        let bundle = try BundleFile(path: path)
        let lengths = bundle.pieceLengths
        self.path = path
        exchanges = bundle.rows.count
        pieces = lengths.count
        pieceBytes = lengths.values.reduce(0, +)
        missing = (bundle.manifest?.missing ?? []).reduce(bundle.lostExchanges) {
            $0.adding(saturating: max(0, $1.exchanges))
        }
        identities = bundle.manifest?.identities
        isRescanned = bundle.manifest?.isRescanned ?? false
        for fault in bundle.faults { note(fault) }
        var unused = Set(lengths.keys)
        var highest: UInt64 = 0
        var addresses: Set<UInt64> = []
        for (done, row) in bundle.rows.enumerated() {
            progress(done, bundle.rows.count)
            let recorded = try bundle.recorded(row)
            attempts += recorded.exchange.attempts.count
            highest = max(highest, row.summary.number)
            if !addresses.insert(row.summary.number).inserted {
                note("the address \(ExchangeAddress(exchange: row.summary.number)) comes twice")
            }
            for body in recorded.exchange.bodies { unused.subtract(body.names) }
            check(recorded, lengths)
            try check(bundle.line(of: row), of: recorded)
        }
        // What a lost exchange needed is no surplus.
        if bundle.lostExchanges == 0, !unused.isEmpty {
            let names = unused.map(\.description).sorted().prefix(3).joined(separator: ", ")
            note("nothing refers to \(unused.count) of its pieces: \(names)")
        }
        let starts = bundle.rows.map(\.summary.startedAt)
        if zip(starts, starts.dropFirst()).contains(where: { $0 > $1 }) {
            note("its exchanges are not in the order of their start")
        }
        if let manifest = bundle.manifest, faultCount == 0 { compare(manifest, highest, starts) }
    }

    /// Whether nothing is wrong.
    package var isSound: Bool { faultCount == 0 }

    private mutating func note(_ fault: String) {
        faultCount += 1
        if faults.count < Self.limit { faults.append(fault) }
    }

    private mutating func compare(_ manifest: BundleManifest, _ highest: UInt64, _ starts: [Timestamp]) {
        for (name, said, found) in [
            ("attempts", manifest.attempts, attempts), ("pieces", manifest.pieces, pieces),
            ("piece bytes", manifest.pieceBytes, pieceBytes),
            ("last number", manifest.lastNumber.map { Int(clamping: $0) }, Int(clamping: highest)),
        ] {
            guard let said, said != found else { continue }
            note("the manifest gives \(said) as \(name), it is \(found)")
        }
        for (name, said, found) in [("from", manifest.from, starts.min()), ("until", manifest.until, starts.max())] {
            guard let said, let found, said != found else { continue }
            note("the manifest gives \(said) as \(name), it is \(found)")
        }
    }

    private mutating func check(_ recorded: RecordedExchange, _ lengths: [Digest: Int]) {
        let exchange = recorded.exchange
        func place(_ attempt: Int?, _ side: String) -> String {
            "\(ExchangeAddress(exchange: exchange.number, attempt: attempt)) \(side) body"
        }
        check(exchange.request.body, nil, place(nil, "request"), lengths)
        if let response = exchange.response {
            check(response.body, response.chunks, place(nil, "response"), lengths)
        }
        for (index, attempt) in exchange.attempts.enumerated() {
            check(attempt.request.body, nil, place(index + 1, "request"), lengths)
            if let response = attempt.response {
                check(response.body, response.chunks, place(index + 1, "response"), lengths)
            }
        }
    }

    private mutating func check(_ body: BodyRecord, _ chunks: [Chunk]?, _ place: String, _ lengths: [Digest: Int]) {
        if body.omitted != nil, !body.names.isEmpty { note("\(place) has pieces although it was omitted") }
        let stored = body.names.reduce(0) { $0 + (lengths[$1] ?? 0) }
        if body.omitted == nil, stored != body.storedLength {
            note("\(place): its pieces have \(stored) bytes, its line says \(body.storedLength)")
        }
        guard let chunks, !chunks.isEmpty || body.storedLength > 0 else { return }
        let sum = chunks.reduce(0) { $0.addingReportingOverflow($1.length).partialValue }
        if sum != body.storedLength {
            note("\(place): its chunks have \(sum) bytes, its line says \(body.storedLength)")
        }
        let isOrdered = zip(chunks, chunks.dropFirst()).allSatisfy { $0.offset <= $1.offset }
        if !isOrdered { note("\(place): its chunks are not in order of time") }
    }

    private mutating func check(_ line: [UInt8], of recorded: RecordedExchange) throws {
        let summary = ExchangeDerivation.summary(of: recorded.exchange, body: recorded.body)
        let derived = RecordedExchange(exchange: recorded.exchange, summary: summary, bodies: recorded.bodies)
        var json = JSONWriter()
        ExchangeJSON.writeDetail(derived, form: .bundle([:]), into: &json)
        guard let difference = LineComparison.firstDifference(line, json.bytes) else { return }
        note("\(recorded.exchange.address): \(difference)")
    }
}
