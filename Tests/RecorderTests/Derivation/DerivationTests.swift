import Testing

@testable import Recorder

@Suite("Deriving summaries and events")
struct DerivationTests {
    private static let start =
        #"event: message_start"# + "\n"
        + #"data: {"type":"message_start","message":{"model":"claude-haiku-4-5-20251001","usage":{"input_tokens":1000,"output_tokens":1}}}"#
        + "\n\n"
    private static let delta =
        #"event: message_delta"# + "\n"
        + #"data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":500}}"# + "\n\n"
    private static let stop = "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"

    private static let eventHeaders = HeaderBlock([HeaderField("Content-Type", "text/event-stream; charset=utf-8")])
    private static let jsonHeaders = HeaderBlock([HeaderField("content-type", "application/json")])

    private struct Unreadable: Error {}

    /// An exchange that got the given response after two attempts.
    private func exchange(_ response: RecordedResponse?) -> Exchange {
        var request = RecordedRequest(method: "POST", path: "/v1/messages")
        request.body.wireLength = 142
        var exchange = Exchange(
            id: ExchangeID(high: 1, low: 2),
            number: 17,
            startedAt: Timestamp(microseconds: 1_795_000_000_000_000),
            request: request,
            response: response,
            attempts: [
                Attempt(target: "anthropic", account: "a", because: "sticky", request: request),
                Attempt(
                    target: "bedrock",
                    account: "b",
                    because: "fallback",
                    failure: "connection refused",
                    request: request
                ),
            ],
            duration: 9000
        )
        exchange.session = "s"
        exchange.user = "u"
        exchange.clientKey = "k"
        exchange.model = "asked"
        exchange.stream = true
        return exchange
    }

    /// A response whose body came in the given parts, 100 µs after one another from 1000 µs on.
    private func response(_ status: Int, _ headers: HeaderBlock, parts: [[UInt8]]) -> RecordedResponse {
        let count = parts.reduce(0) { $0 + $1.count }
        let chunks = parts.enumerated().map { Chunk(offset: 1000 + Int64($0.offset) * 100, length: $0.element.count) }
        return RecordedResponse(
            status: status,
            headers: headers,
            body: BodyRecord(wireLength: count, storedLength: count),
            chunks: chunks
        )
    }

    private func compressed(_ parts: [String], finish: Bool = true) throws -> [[UInt8]] {
        var stream = try DeflateStream(.gzip)
        return parts.enumerated().map { index, part in
            var output: [UInt8] = []
            Array(part.utf8).withUnsafeBytes {
                stream.deflate($0, flush: finish && index == parts.count - 1 ? .finish : .sync, into: &output)
            }
            return output
        }
    }

    @Test("fills every field from a stream")
    func stream() {
        let parts = [DerivationTests.start, DerivationTests.delta, DerivationTests.stop].map { Array($0.utf8) }
        let summary = ExchangeDerivation.summary(
            of: exchange(response(200, DerivationTests.eventHeaders, parts: parts))
        ) { _ in
            parts.flatMap(\.self)
        }
        #expect(summary.id == ExchangeID(high: 1, low: 2))
        #expect(summary.number == 17)
        #expect([summary.session, summary.user, summary.clientKey] == ["s", "u", "k"])
        #expect([summary.method, summary.path] == ["POST", "/v1/messages"])
        #expect(summary.model == "claude-haiku-4-5-20251001")
        #expect(summary.stream == true)
        #expect(summary.status == 200)
        #expect(summary.errorType == nil)
        #expect([summary.target, summary.account] == ["bedrock", "b"])
        #expect(summary.attempts == 2)
        #expect(summary.tokens == TokenUsage(input: 1000, output: 500))
        #expect(summary.costPicodollars == 3_500_000_000)
        #expect(summary.duration == 9000)
        #expect(summary.timeToFirstByte == 1000)
        #expect(summary.longestGap == 100)
        #expect(summary.requestBytes == 142)
        #expect(summary.responseBytes == parts.reduce(0) { $0 + $1.count })
        #expect(!summary.isError)
    }

    @Test("reads gzip and deflate, also when cut off")
    func gzip() throws {
        let parts = try compressed([DerivationTests.start, DerivationTests.delta], finish: false)
        var headers = DerivationTests.eventHeaders
        headers.append(name: "Content-Encoding".utf8, value: "gzip".utf8)
        let record = response(200, headers, parts: parts)
        let whole = ExchangeDerivation.summary(of: exchange(record)) { _ in parts.flatMap(\.self) }
        #expect(whole.tokens == TokenUsage(input: 1000, output: 500))
        let cut = ExchangeDerivation.summary(of: exchange(record)) { _ in Array(parts.flatMap(\.self).dropLast(30)) }
        #expect(cut.tokens == TokenUsage(input: 1000, output: 1))
        let corrupt = ExchangeDerivation.summary(of: exchange(record)) { _ in [1, 2, 3] }
        #expect(corrupt.tokens == nil)
    }

    @Test("knows nothing of a body it can't read, and does not throw", arguments: ["br", "gzip, br", "zstd"])
    func unreadable(coding: String) {
        var headers = DerivationTests.jsonHeaders
        headers.append(name: "content-encoding".utf8, value: coding.utf8)
        let body = Array(#"{"model":"m","usage":{"input_tokens":1,"output_tokens":1}}"#.utf8)
        let coded = ExchangeDerivation.summary(of: exchange(response(200, headers, parts: [body]))) { _ in body }
        #expect(coded.tokens == nil)
        #expect(coded.model == "asked")
        let failing = ExchangeDerivation.summary(
            of: exchange(response(200, DerivationTests.jsonHeaders, parts: [body]))
        ) { _ in
            throw Unreadable()
        }
        #expect(failing.tokens == nil)
        #expect(failing.status == 200)
        #expect(failing.longestGap == nil)
    }

    @Test("has no tokens and no cost for errors, but their type", arguments: [400, 429, 529])
    func errors(status: Int) {
        let body = Array(
            #"{"type":"error","error":{"type":"rate_limit_error","message":"m"},"usage":{"input_tokens":1}}"#.utf8
        )
        let summary = ExchangeDerivation.summary(
            of: exchange(response(status, DerivationTests.jsonHeaders, parts: [body]))
        ) { _ in
            body
        }
        #expect(summary.errorType == "rate_limit_error")
        #expect(summary.tokens == nil)
        #expect(summary.costPicodollars == nil)
        #expect(summary.model == "asked")
        #expect(summary.isError)
    }

    @Test("takes the type of an error event inside a 200")
    func errorEvent() {
        let text = DerivationTests.start + "event: error\ndata: {\"error\":{\"type\":\"overloaded_error\"}}\n\n"
        let parts = [Array(text.utf8)]
        let summary = ExchangeDerivation.summary(
            of: exchange(response(200, DerivationTests.eventHeaders, parts: parts))
        ) { _ in
            parts[0]
        }
        #expect(summary.errorType == "overloaded_error")
        #expect(summary.tokens == TokenUsage(input: 1000, output: 1))
    }

    @Test("has a null status, and still the target, when nothing was answered")
    func noResponse() {
        let summary = ExchangeDerivation.summary(of: exchange(nil)) { _ in [] }
        #expect(summary.status == nil)
        #expect(summary.responseBytes == 0)
        #expect([summary.target, summary.account] == ["bedrock", "b"])
        #expect(summary.timeToFirstByte == nil)
        #expect(summary.model == "asked")
    }

    @Test("finds the longest silence and the first byte")
    func times() {
        var record = RecordedResponse(status: 200)
        record.body = BodyRecord(wireLength: 9, storedLength: 9)
        record.chunks = [(500, 0), (700, 4), (5000, 0), (5200, 5)].map { Chunk(offset: $0.0, length: $0.1) }
        let summary = ExchangeDerivation.summary(of: exchange(record)) { _ in Array("not json!".utf8) }
        #expect(summary.longestGap == 4300)
        #expect(summary.timeToFirstByte == 700)
        record.chunks = [Chunk(offset: 600, length: 0)]
        record.body = BodyRecord(wireLength: 9, storedLength: 0, omitted: "content-encoding br")
        let omitted = ExchangeDerivation.summary(of: exchange(record)) { _ in [] }
        #expect(omitted.timeToFirstByte == 600)
        var empty = exchange(RecordedResponse(status: 204))
        empty.attempts[0].firstByteAt = 300
        empty.attempts[1].firstByteAt = 400
        #expect(ExchangeDerivation.summary(of: empty) { _ in [] }.timeToFirstByte == 400)
    }

    @Test("dates an event by the chunk that closed it")
    func events() {
        let text = DerivationTests.start + DerivationTests.stop
        let border = DerivationTests.start.utf8.count
        let bytes = Array(text.utf8)
        let parts = [Array(bytes[..<10]), Array(bytes[10..<border]), Array(bytes[border..<(bytes.count - 1)]), [0x0A]]
        let events = EventDecoding.events(of: response(200, DerivationTests.eventHeaders, parts: parts), body: bytes)
        #expect(events.map(\.index) == [1, 2])
        #expect(events.map(\.name) == ["message_start", "message_stop"])
        #expect(events.map(\.offset) == [1100, 1300])
        #expect(events.last.map { String(decoding: $0.data, as: UTF8.self) } == #"{"type":"message_stop"}"#)
    }

    @Test("dates the events of a compressed stream by its compressed chunks")
    func compressedEvents() throws {
        let parts = try compressed([DerivationTests.start, DerivationTests.delta, DerivationTests.stop])
        var headers = DerivationTests.eventHeaders
        headers.append(name: "content-encoding".utf8, value: "gzip".utf8)
        let record = response(200, headers, parts: parts)
        let body = parts.flatMap(\.self)
        #expect(EventDecoding.events(of: record, body: body).map(\.offset) == [1000, 1100, 1200])
        #expect(EventDecoding.events(of: record, body: body).compactMap(\.name).count == 3)
        // Chunk lengths that do not add up lose no event.
        var short = record
        short.chunks = [Chunk(offset: 5, length: 3)]
        #expect(EventDecoding.events(of: short, body: body).map(\.offset) == [5, 5, 5])
        short.chunks = [Chunk(offset: 5, length: body.count + 9), Chunk(offset: 6, length: 1)]
        #expect(EventDecoding.events(of: short, body: body).count == 3)
    }

    @Test("finds no events in what is no event stream")
    func noEvents() {
        let body = Array("data: 1\n\n".utf8)
        #expect(EventDecoding.events(of: response(200, DerivationTests.jsonHeaders, parts: [body]), body: body).isEmpty)
    }
}
