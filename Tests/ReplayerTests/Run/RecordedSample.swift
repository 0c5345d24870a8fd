import Recorder

/// A recorded exchange in memory, written as a test reads best.
struct RecordedSample {
    var number: UInt64 = 1
    var start: Int64 = 0
    var duration: Int64 = 1000
    var session: String?
    var method = "POST"
    var path = "/v1/messages"
    var query: String?
    var headers = [HeaderField("Content-Type", "application/json")]
    var body: [UInt8] = Array(#"{"model":"claude-sonnet-4-5","max_tokens":10,"messages":[]}"#.utf8)
    var omitted: String?
    var status: Int? = 200
    var answerType = "application/json"
    var answer = ""
    var ending = Ending.complete

    var startedAt: Timestamp { Timestamp(microseconds: 1_795_168_800_000_000 + start) }

    var recorded: RecordedExchange {
        let answerBody = Array(answer.utf8)
        let bodies = MemoryBodies(contents: [body, answerBody])
        var request = RecordedRequest(
            method: method,
            path: path,
            query: query,
            headers: HeaderBlock(headers),
            body: bodies.record(0)
        )
        request.body.omitted = omitted
        var exchange = Exchange(
            id: ExchangeID(time: startedAt, random: number),
            number: number,
            startedAt: startedAt,
            request: request,
            ending: ending,
            duration: duration
        )
        exchange.session = session
        exchange.response = status.map { status in
            RecordedResponse(
                status: status,
                headers: HeaderBlock([HeaderField("content-type", answerType)]),
                body: bodies.record(1),
                chunks: [Chunk(offset: 500, length: answerBody.count)]
            )
        }
        let summary = ExchangeDerivation.summary(of: exchange) { try bodies.body($0) }
        return RecordedExchange(exchange: exchange, summary: summary, bodies: bodies)
    }

    var summary: ExchangeSummary { recorded.summary }
}

/// Bodies that lie in memory, each of one piece.
struct MemoryBodies: BodySource {
    var contents: [[UInt8]]

    func record(_ index: Int) -> BodyRecord {
        let count = contents[index].count
        let pieces = [PieceRun(offset: UInt64(index), count: 1)]
        return BodyRecord(wireLength: count, storedLength: count, pieces: count > 0 ? pieces : [])
    }

    func body(_ record: BodyRecord) throws -> [UInt8] {
        record.pieces.flatMap { contents[Int($0.offset)] }
    }

    func pieces(of record: BodyRecord) throws -> [BodyPiece] { [] }

    func content(of piece: BodyPiece) throws -> [UInt8] { [] }
}
