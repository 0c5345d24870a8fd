import Recorder
import Testing

@testable import Inspector

struct ExchangePageTests {
    private func page(_ form: SampleExchange, coloured: Bool = false) throws -> ExchangePage {
        let store = try SampleStore()
        try store.add(form)
        let recorded = try #require(try store.open().find(.address(ExchangeAddress(exchange: form.number))))
        // The page reads bodies from the store when its lines are asked for, so they are asked for here.
        kept.append(store)
        return ExchangePage(recorded, width: 100, zone: LocalZone { _ in 0 }, style: TextStyle(isColoured: coloured))
    }

    /// Stores that must outlive the pages of a test.
    private let kept = Kept()

    private final class Kept {
        private var stores: [SampleStore] = []
        func append(_ store: SampleStore) { stores.append(store) }
    }

    @Test("a failover is told as a story")
    func failover() throws {
        var form = SampleExchange.failover(17)
        form.query = "beta=true"
        #expect(
            try page(form).lines() == [
                "x17  200  POST /v1/messages?beta=true",
                "",
                "  id          \(form.id)",
                "  time        2026-11-20 10:00:17, took 812.4 ms, first byte after 640.1 ms",
                "  model       claude-sonnet-4-5-20250929",
                "  stream      no",
                "  session     s-1",
                "  user        default",
                "  tokens      12 in, 20 out",
                "  cost        $0.000336",
                "  bytes       54 B sent, 199 B received",
                "",
                "Attempts",
                "  x17.1  anthropic / team-a  429 account_quota (rate_limit_error)",
                "        chosen because the session stays on team-a",
                "        changed: accept-encoding narrowed to gzip",
                "        began +400 µs, first byte +100.4 ms, ended +200.4 ms: complete",
                "        left alone until 2026-11-20 11:00:00",
                "  x17.2  anthropic / team-b  200 success",
                "        passed over team-a: cooling down",
                "        chosen because it has most headroom",
                "        began +300.0 ms, first byte +400.0 ms, ended +500.0 ms: complete",
                "",
                "Request headers",
                "  Content-Type: application/json",
                "",
                "Request body (54 B)",
                "  {\"model\": \"claude-sonnet-4-5-20250929\", \"max_tokens\": 64}",
                "",
                "Response headers (200)",
                "  content-type: application/json",
                "  request-id: req_1",
                "",
                "Response body (199 B)",
                "  {",
                "    \"id\": \"msg_1\",",
                "    \"type\": \"message\",",
                "    \"role\": \"assistant\",",
                "    \"model\": \"claude-sonnet-4-5-20250929\",",
                "    \"content\": [",
                "      {\"type\": \"text\", \"text\": \"Hi\"}",
                "    ],",
                "    \"stop_reason\": \"end_turn\",",
                "    \"usage\": {\"input_tokens\": 12, \"output_tokens\": 20}",
                "  }",
            ]
        )
    }

    @Test("an attempt has a page of its own")
    func attempt() throws {
        let lines = try page(.failover(17)).lines(attempt: 1)
        #expect(lines[0] == "  x17.1  anthropic / team-a  429 account_quota (rate_limit_error)")
        #expect(lines.contains("Upstream response headers (429)"))
        #expect(lines.contains { $0.contains("\"message\": \"slow down\"") })
    }

    @Test("a stream is shown as its events")
    func stream() throws {
        let lines = try page(.stream(2)).lines()
        #expect(lines.contains("Response events (4)"))
        #expect(lines.contains("  x2.1.e2   +735.1 ms  ping  {\"type\": \"ping\"}"))
        #expect(!lines.contains { $0.hasPrefix("Response body") })
    }

    @Test("a long stream keeps its beginning and its end")
    func longStream() throws {
        var form = SampleExchange.stream(2)
        let ping = "event: ping\ndata: {}\n\n"
        form.response?.body = .text(String(repeating: ping, count: 100))
        form.response?.chunks = nil
        let lines = try page(form).lines()
        #expect(lines.contains { $0.contains("x2.1.e30 ") })
        #expect(!lines.contains { $0.contains("x2.1.e31 ") })
        #expect(lines.contains("  … 60 more, all of it: inspector show x2 --events"))
        #expect(lines.contains { $0.contains("x2.1.e91 ") })
        #expect(lines.contains { $0.contains("x2.1.e100 ") })
    }

    @Test("failures are told: no answer, no connection, no body")
    func failures() throws {
        let cancelled = try page(.cancelledBeforeHead(4)).lines()
        #expect(cancelled[0] == "x4  no answer client_cancelled  POST /v1/messages")
        #expect(cancelled.contains("  none: no response head arrived"))
        let network = try page(.networkFailure(5)).lines()
        #expect(network[0] == "x5  502 api_error  POST /v1/messages")
        #expect(network.contains("        failure: connection refused"))
        let omitted = try page(.omittedBody(6)).lines()
        #expect(
            omitted.contains("  a body of x6 was not stored: content-encoding br (91 bytes on the wire)")
        )
        var ownAnswer = SampleExchange.error(7)
        ownAnswer.attempts = []
        #expect(try page(ownAnswer).lines().contains("  none: the proxy answered by itself"))
    }

    @Test("a long body is cut, with the way to all of it")
    func longBody() throws {
        var form = SampleExchange.success(8)
        let messages = (1...80).map { "{\"role\":\"user\",\"content\":\"message \($0)\"}" }.joined(separator: ",")
        form.requestBody = .text("{\"messages\":[\(messages)]}")
        let lines = try page(form).lines()
        #expect(lines.contains("      {\"role\": \"user\", \"content\": \"message 58\"},"))
        #expect(!lines.contains { $0.contains("message 60\"") })
        #expect(lines.contains("  … all of it: inspector show x8 --body request"))
    }

    @Test("text that is no JSON is shown as lines, without control characters")
    func plainText() throws {
        var form = SampleExchange.success(9)
        form.requestBody = .text("first\nsecond \u{1B}[31mred\r")
        let lines = try page(form).lines()
        #expect(lines.contains("  first"))
        #expect(lines.contains("  second \\u{1b}[31mred\\u{d}"))
    }

    @Test("colours change no letter")
    func colours() throws {
        let coloured = try page(.failover(17), coloured: true).lines()
        #expect(coloured[0].contains("\u{1B}["))
        #expect(coloured.map { $0.replacing(#/\u{1B}\[\d+m/#, with: "") } == (try page(.failover(17)).lines()))
    }
}
