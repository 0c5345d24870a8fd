import Foundation
import Inspector
import Recorder

/// A store in a temporary directory, removed with the value, and exchanges to put in it.
final class SampleStore {
    let layout: StoreLayout
    private var writer: SegmentWriter
    private let root: String

    init() throws {
        root = NSTemporaryDirectory() + "inspector-tests-" + UUID().uuidString
        layout = StoreLayout(home: root)
        try layout.create()
        writer = try SegmentWriter(layout: layout, number: 1)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: root)
    }

    /// Writes the exchange a form describes, as the recorder would.
    func add(_ form: SampleExchange) throws {
        writer.append(exchange(form))
        try writer.flush(toDisk: false)
    }

    func add(_ forms: [SampleExchange]) throws {
        for form in forms { writer.append(exchange(form)) }
        try writer.flush(toDisk: false)
    }

    func add(_ gap: RecordingGap) throws {
        writer.append(gap)
        try writer.flush(toDisk: false)
    }

    func beginSegment(_ number: Int) throws {
        writer = try SegmentWriter(layout: layout, number: number)
    }

    /// Appends bytes that are no whole frame, as a killed writer leaves them.
    func damage(segment: Int, with bytes: [UInt8]) throws {
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: layout.segment(segment)))
        try file.seekToEnd()
        try file.write(contentsOf: Data(bytes))
        try file.close()
    }

    func index() throws {
        try CatalogIndexer(layout).catchUp()
    }

    func open() throws -> ExchangeStore {
        try ExchangeStore(layout)
    }

    private func store(_ body: SampleBody) -> BodyRecord {
        switch body {
        case .none: return BodyRecord()
        case .omitted(let length, let reason): return BodyRecord(wireLength: length, omitted: reason)
        case .text(let text):
            let bytes = Array(text.utf8)
            let offset = bytes.withUnsafeBytes { writer.append(piece: $0).offset }
            return BodyRecord(
                wireLength: bytes.count,
                storedLength: bytes.count,
                pieces: [PieceRun(offset: offset, count: 1)]
            )
        }
    }

    private func exchange(_ form: SampleExchange) -> Exchange {
        let request = RecordedRequest(
            method: "POST",
            path: "/v1/messages",
            query: form.query,
            headers: HeaderBlock([HeaderField("Content-Type", "application/json")]),
            body: store(form.requestBody)
        )
        var exchange = Exchange(
            id: form.id,
            number: form.number,
            startedAt: form.startedAt,
            request: request,
            ending: form.ending,
            duration: 812_400
        )
        exchange.session = form.session
        exchange.user = form.user
        exchange.model = form.model
        exchange.stream = form.stream
        exchange.decision = form.decision
        exchange.replayOf = form.replayOf
        exchange.attempts = form.attempts.map { attempt in
            var recorded = Attempt(
                target: "anthropic",
                account: attempt.account,
                because: attempt.because,
                kind: attempt.kind,
                rejected: attempt.rejected,
                changes: attempt.changes,
                startedAt: attempt.startedAt,
                firstByteAt: attempt.response == nil ? nil : attempt.startedAt + 100_000,
                endedAt: attempt.startedAt + 200_000,
                ending: attempt.ending,
                failure: attempt.failure,
                cooldownUntil: attempt.cooldownUntil,
                request: request,
                response: attempt.response.map(response)
            )
            recorded.cooldownReason = attempt.cooldownReason
            recorded.waited = attempt.waited
            return recorded
        }
        exchange.response = form.response.map(response)
        return exchange
    }

    private func response(_ form: SampleResponse) -> RecordedResponse {
        let body = store(form.body)
        return RecordedResponse(
            status: form.status,
            headers: HeaderBlock([HeaderField("content-type", form.type), HeaderField("request-id", "req_1")]),
            body: body,
            chunks: form.chunks ?? (body.storedLength > 0 ? [Chunk(offset: 640_100, length: body.storedLength)] : [])
        )
    }
}
