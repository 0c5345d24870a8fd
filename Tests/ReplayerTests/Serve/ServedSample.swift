import Inspector
import Recorder

/// A recorded exchange to answer from, with its attempts, written as a test reads best.
struct ServedSample {
    /// An attempt, or what the client got.
    struct Answer {
        var status: Int? = 200
        var headers: [HeaderField]?
        var body = "{}"
        var account: String?
        /// Another body than the client's.
        var sent: (path: String, body: String)?
        var ending = Ending.complete
        var omitted: String?
    }

    var number: UInt64 = 1
    var method = "POST"
    var path = "/v1/messages"
    var query: String?
    var headers: [HeaderField] = []
    var body = #"{"model":"m","messages":[{"role":"user","content":"a"}]}"#
    var attempts = [Answer()]
    var final: Answer?

    var recorded: RecordedExchange {
        var bodies = MemoryBodies(contents: [])
        func record(_ text: String) -> BodyRecord {
            bodies.contents.append(Array(text.utf8))
            return bodies.record(bodies.contents.count - 1)
        }
        let request = RecordedRequest(
            method: method,
            path: path,
            query: query,
            headers: HeaderBlock(headers),
            body: record(body)
        )
        func response(_ answer: Answer) -> RecordedResponse? {
            guard let status = answer.status else { return nil }
            var stored =
                answer.omitted == nil ? record(answer.body) : BodyRecord(wireLength: 9, omitted: answer.omitted)
            stored.omitted = answer.omitted
            let fields = answer.headers ?? [HeaderField("content-length", String(answer.body.utf8.count))]
            let chunks = stored.storedLength > 0 ? [Chunk(offset: 2000, length: stored.storedLength)] : []
            return RecordedResponse(status: status, headers: HeaderBlock(fields), body: stored, chunks: chunks)
        }
        let startedAt = Timestamp(microseconds: 1_795_168_800_000_000 + Int64(number) * 1_000_000)
        var exchange = Exchange(
            id: ExchangeID(time: startedAt, random: number),
            number: number,
            startedAt: startedAt,
            request: request,
            duration: 5000
        )
        exchange.attempts = attempts.map { answer in
            var sent = request
            if let other = answer.sent { (sent.path, sent.body) = (other.path, record(other.body)) }
            return Attempt(
                target: "anthropic",
                account: answer.account,
                because: "test",
                startedAt: 1000,
                firstByteAt: answer.status == nil ? nil : 2000,
                endedAt: 3000,
                ending: answer.ending,
                request: sent,
                response: response(answer)
            )
        }
        let last = final ?? attempts.last
        exchange.response = last.flatMap { response($0) }
        exchange.ending = last?.ending ?? .complete
        let all = bodies
        let summary = ExchangeDerivation.summary(of: exchange) { try all.body($0) }
        return RecordedExchange(exchange: exchange, summary: summary, bodies: all)
    }
}

/// A recording in memory.
struct MemoryRecording: ExchangeSource {
    var exchanges: [RecordedExchange]

    init(_ samples: [ServedSample]) {
        exchanges = samples.map(\.recorded)
    }

    func forEach(_ query: ExchangeQuery, _ body: (ExchangeSummary) throws -> Void) throws {
        for exchange in exchanges { try body(exchange.summary) }
    }

    func find(_ selector: ExchangeSelector) throws -> RecordedExchange? {
        exchanges.first { selector.matches(id: $0.exchange.id, number: $0.exchange.number) }
    }

    func recorded(_ row: ExchangeSummary) throws -> RecordedExchange {
        guard let recorded = exchanges.first(where: { $0.exchange.id == row.id }) else {
            throw StoreError(.notFound, "\(row.id)")
        }
        return recorded
    }

    func missing() throws -> [BundleManifest.Missing] { [] }
}
