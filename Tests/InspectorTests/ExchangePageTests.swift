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
                "  x17.1  anthropic / team-a  429 account_quota (rate_limit_error): the account's window is spent",
                "        chosen because the session stays on team-a",
                "        changed: accept-encoding narrowed to gzip",
                "        began +400 µs, first byte +100.4 ms, ended +200.4 ms: complete",
                "        left alone until 2026-11-20 11:00:00, for 59m 42s: 5h window spent",
                "  x17.2  anthropic / team-b  200 success",
                "        chosen because it has most headroom",
                "        passed over team-a: cooling down",
                "        began +300.0 ms, first byte +400.0 ms, ended +500.0 ms: complete",
                "  answer  of x17.2",
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
        #expect(
            lines[0]
                == "  x17.1  anthropic / team-a  429 account_quota (rate_limit_error): the account's window is spent"
        )
        #expect(lines.contains("Upstream response headers (429)"))
        #expect(lines.contains { $0.contains("\"message\": \"slow down\"") })
    }

    /// What stands under "Attempts".
    private func story(_ form: SampleExchange) throws -> [String] {
        let lines = try page(form).lines()
        return Array(lines[(try #require(lines.firstIndex(of: "Attempts")) + 1)...].prefix { !$0.isEmpty })
    }

    @Test("why nothing more was tried is the end of the story")
    func allOut() throws {
        #expect(
            try story(.allOut(17)) == [
                "  x17.1  anthropic / team-a  429 account_quota (rate_limit_error): the account's window is spent",
                "        chosen because the session stays on team-a",
                "        changed: accept-encoding narrowed to gzip",
                "        began +400 µs, first byte +100.4 ms, ended +200.4 ms: complete",
                "        left alone until 2026-11-20 11:00:00, for 59m 42s: 5h window spent",
                "  x17.2  anthropic / team-b  429 throttle (rate_limit_error): the account is told to wait a moment",
                "        waited 1.24 s before it",
                "        chosen because it has most headroom",
                "        passed over team-a: cooling down",
                "        began +300.0 ms, first byte +400.0 ms, ended +500.0 ms: complete",
                "        left alone until 2026-11-20 10:01:30, for 1m 12s",
                "  answer  by the proxy itself",
                "        waited 2.00 s for an account before it",
                "        answered because every account is out; team-b is back first",
                "        passed over team-a: 5h window spent",
                "        passed over team-b: told to wait 60 s",
            ]
        )
        // What an upstream sent may be given on for a reason, too.
        var passedOn = SampleExchange.allOut(17)
        passedOn.response = passedOn.attempts[1].response
        passedOn.decision = AnswerDecision(because: "no other account is left")
        #expect(
            try story(passedOn).suffix(2) == [
                "  answer  of x17.2", "        answered because no other account is left",
            ]
        )
        var left = SampleExchange.failover(17)
        left.response = nil
        #expect(try story(left).last == "  answer  none")
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
        #expect(try story(ownAnswer) == ["  none", "  answer  by the proxy itself"])
        #expect(
            try story(.networkFailure(5)) == [
                "  x5.1  anthropic  network: the upstream was not reached, or the connection broke",
                "        chosen because it is the only target",
                "        began +400 µs, ended +200.4 ms: reset",
                "        failure: connection refused",
                "  answer  by the proxy itself",
            ]
        )
        #expect(try story(.success(5)).last == "        began +400 µs, first byte +100.4 ms, ended +200.4 ms: complete")
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
