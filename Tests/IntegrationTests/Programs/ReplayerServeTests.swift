import Foundation
import Inspector
import Recorder
import Replayer
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct ReplayerServeTests {
    /// What an upstream said, written by hand.
    private struct Said: Sendable {
        var reply: RawUpstream.Reply
        var head: String
        var body: String
        var end: RawClient.End?
    }

    private static let stream = "event: ping\ndata: {\"type\": \"ping\"}\n\n"
    private static let broken = "event: content_block_delta\ndata: {\"type\":\"content_bl"

    private static func chunk(_ text: String) -> String { "\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n" }

    private static let said: [Said] = {
        let json = #"{"type":"message","content":[]}"#
        let refusal = #"{"type":"error","error":{"type":"rate_limit_error","message":"slow down"}}"#
        let length =
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nrequest-id: a\r\nRequest-ID: b\r\nContent-Length: 31\r\n\r\n"
        let quota = "HTTP/1.1 429 Too Many Requests\r\nretry-after: 4980\r\nContent-Length: 74\r\n\r\n"
        let chunked = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
        let closing = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"
        return [
            Said(reply: .text(length + json), head: length, body: json),
            Said(reply: .text(quota + refusal), head: quota, body: refusal),
            Said(
                reply: .text(chunked + chunk(stream) + chunk("data: 2\n\n") + "0\r\n\r\n"),
                head: chunked,
                body: stream + "data: 2\n\n"
            ),
            Said(reply: .last(chunked + chunk(broken)), head: chunked, body: broken, end: .closed),
            Said(
                reply: .bytesThenReset(Array((chunked + chunk(broken)).utf8)),
                head: chunked,
                body: broken,
                end: .reset
            ),
            Said(reply: .last(closing + "to the end"), head: closing, body: "to the end", end: .closed),
        ]
    }()

    private static func request(_ number: Int) -> String {
        #"{"model":"m","messages":[{"role":"user","content":"question \#(number)"}]}"#
    }

    /// A store with what was said to each request.
    private func recorded(in directory: TemporaryDirectory) async throws -> String {
        try await RawUpstream.run(Self.said.map(\.reply)) { _, port in
            let proxy = try await ProxyProgram.start(upstream: "http://127.0.0.1:\(port)", in: directory)
            for number in Self.said.indices { _ = try await proxy.post(Self.request(number)) }
            #expect(await proxy.stop().code == 0)
            return proxy.home
        }
    }

    @Test("what an upstream said comes again: head, bytes and ending, from a store and from an export")
    func whatAnUpstreamSaidComesAgain() async throws {
        let directory = try TemporaryDirectory()
        let home = try await recorded(in: directory)
        let bundle = directory.path + "/b.tgz"
        let export = try await Program.inspector.run(["export", "--all", "--home", home, "-o", bundle], in: directory)
        #expect(export.code == 0, "\(export.errors)")
        for source in [["--home", home], [bundle]] {
            let serve = try await ReplayerProgram.serve(source + ["--speed", "max"], in: directory)
            for (number, said) in Self.said.enumerated() {
                let (response, end) = try await serve.post(Self.request(number))
                #expect(response.head == said.head)
                #expect(response.text == said.body)
                #expect(response.isWhole == (said.body != Self.broken))
                #expect(end == said.end)
            }
            let outcome = await serve.stop()
            #expect(outcome.code == 0)
            #expect(outcome.output == "exact=6 normalised=0 minor=0 major=0 unmatched=0 unused=0\n")
        }
    }

    @Test("a proxy in front of a recording meets the same again, and its clients see the same")
    func aProxyInFrontOfARecordingMeetsTheSameAgain() async throws {
        let (first, second) = (try TemporaryDirectory(), try TemporaryDirectory())
        let home = try await recorded(in: first)
        var options = ReplayOptions()
        options.speed = .max
        let mock = try MockUpstream(recording: home, options: options)
        try await mock.start()
        let proxy = try await ProxyProgram.start(upstream: mock.baseURL, in: second)
        let arguments = ["run", "--home", home, "--to", "http://127.0.0.1:\(proxy.port)", "--concurrency", "1"]
        let run = try await Program.replayer.run(arguments, in: second)
        #expect(run.output == "exact=6 normalised=0 minor=0 major=0 unmatched=0 unused=0\n", "\(run.errors)")
        #expect(run.code == 0)
        #expect(await proxy.stop().code == 0)
        try await mock.stop()
        #expect(mock.received().count == 6)

        let (old, new) = (try ExchangeStore(StoreLayout(home: home)), try ExchangeStore(StoreLayout(home: proxy.home)))
        let (before, after) = (try old.list(ExchangeQuery()), try new.list(ExchangeQuery()))
        #expect(after.map(\.replayOf) == before.map(\.id.description))
        for (before, after) in zip(before, after) {
            let (before, after) = (try old.recorded(before), try new.recorded(after))
            let (was, now) = (before.exchange.attempts[0], after.exchange.attempts[0])
            #expect(was.response?.status == now.response?.status)
            #expect(was.response?.headers == now.response?.headers)
            #expect(was.ending == now.ending)
            #expect(was.kind == now.kind)
            let bodies = (try #require(was.response).body, try #require(now.response).body)
            #expect(try before.body(bodies.0) == after.body(bodies.1))
        }
    }

    @Test("what clients got comes again with --side client, framing and end included")
    func whatClientsGotComesAgain() async throws {
        let directory = try TemporaryDirectory()
        // Broken between two events: the proxy adds an event of its own and ends the answer properly.
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
        let replies =
            Self.said.map(\.reply) + [RawUpstream.Reply.bytesThenReset(Array((head + Self.chunk(Self.stream)).utf8))]
        var got: [(response: RawResponse, end: RawClient.End?)] = []
        let home = try await RawUpstream.run(replies) { _, port in
            let proxy = try await ProxyProgram.start(upstream: "http://127.0.0.1:\(port)", in: directory)
            for number in replies.indices {
                let client = try await RawClient.connect(proxy.port)
                try await client.send(ProxyProgram.request(Self.request(number)))
                let response = await client.readResponse()
                got.append((response, client.end))
            }
            #expect(await proxy.stop().code == 0)
            return proxy.home
        }
        #expect(got.last?.response.isWhole == true && got.last?.response.text.contains("event: error") == true)
        let serve = try await ReplayerProgram.serve(
            ["--home", home, "--side", "client", "--speed", "max"],
            in: directory
        )
        for (number, before) in got.enumerated() {
            let (response, end) = try await serve.post(Self.request(number))
            #expect(response.head == before.response.head)
            #expect(response.text == before.response.text)
            #expect(response.isWhole == before.response.isWhole, "\(number)")
            #expect(end == before.end, "\(number)")
            // The proxy's own header is part of what a client got.
            #expect(response.value("x-tapedeck-exchange") != nil)
        }
        let outcome = await serve.stop()
        #expect(outcome.output == "exact=7 normalised=0 minor=0 major=0 unmatched=0 unused=0\n")
    }

    @Test("a miss names what is near, goes on to an upstream if asked to, and is a failure with --strict")
    func aMissNamesWhatIsNear() async throws {
        let directory = try TemporaryDirectory()
        let home = try await recorded(in: directory)
        let missing = #"{"model":"m","messages":[{"role":"user","content":"question 7"}]}"#
        let strict = try await ReplayerProgram.serve(["--home", home, "--miss", "404", "--strict"], in: directory)
        let (miss, _) = try await strict.post(missing)
        #expect(miss.status == 404)
        #expect(miss.value("x-tapedeck-error") == "replay_miss")
        struct Report: Decodable {
            struct Near: Decodable {
                struct Difference: Decodable { var path, recorded, received: String }
                var address: String
                var difference: Difference
            }
            var nearest: [Near]
        }
        let report = try JSONDecoder().decode(Report.self, from: Data(miss.body))
        #expect(report.nearest.count == 3)
        #expect(report.nearest.first?.address == "x1.1")
        #expect(report.nearest.first?.difference.path == "messages[0].content")
        #expect(report.nearest.first?.difference.recorded.hasSuffix("question 0") == true)
        #expect(report.nearest.first?.difference.received.hasSuffix("question 7") == true)
        let outcome = await strict.stop()
        #expect(outcome.code == 1)
        #expect(outcome.output == "exact=0 normalised=0 minor=0 major=0 unmatched=1 unused=6\n")
        #expect(outcome.errors.contains("miss: POST /v1/messages"))

        try await RawUpstream.run([.text("HTTP/1.1 201 Created\r\nX-A: b\r\nContent-Length: 4\r\n\r\nlive")]) {
            live,
            port in
            let serve = try await ReplayerProgram.serve(
                ["--home", home, "--miss", "forward=http://127.0.0.1:\(port)"],
                in: directory
            )
            let (answer, _) = try await serve.post(missing)
            #expect(answer.status == 201 && answer.text == "live" && answer.value("x-a") == "b")
            #expect(live.requests.count == 1 && live.requests[0].hasSuffix(missing))
            let (known, _) = try await serve.post(Self.request(0))
            #expect(known.status == 200)
            #expect(live.requests.count == 1)
            #expect(await serve.stop().output.contains("exact=1 normalised=0 minor=0 major=0 unmatched=1 unused=5"))
        }
    }

    @Test("SIGTERM lets an answer under way come to its end")
    func anAnswerUnderWayComesToItsEnd() async throws {
        let directory = try TemporaryDirectory()
        let scenario = """
            rules:
              - framing: close
                pace: {event_ms: 500}
                events: [{data: one}, {data: two}]
            """
        try scenario.write(toFile: directory.path + "/s.yaml", atomically: true, encoding: .utf8)
        let serve = try await ReplayerProgram.serve(["--scenario", "s.yaml"], in: directory)
        let client = try await RawClient.connect(serve.port)
        try await client.send("GET / HTTP/1.1\r\n\r\n")
        _ = await client.read(through: "data: one\n\n")
        let outcome = await serve.stop()
        #expect(outcome.code == 0)
        #expect(!outcome.errors.contains("cut off"), "\(outcome.errors)")
        #expect(String(decoding: await client.readToEnd(), as: UTF8.self) == "data: two\n\n")
        #expect(client.end == .closed)
    }

    @Test("a body that is too large gets a 413 and a line on stderr")
    func aBodyThatIsTooLarge() async throws {
        let directory = try TemporaryDirectory()
        let home = try await recorded(in: directory)
        let serve = try await ReplayerProgram.serve(["--home", home], in: directory)
        let client = try await RawClient.connect(serve.port)
        try await client.send("POST /v1/messages HTTP/1.1\r\nContent-Length: 67108865\r\n\r\n")
        let response = await client.readResponse()
        #expect(response.status == 413)
        #expect(response.value("x-tapedeck-error") == "request_too_large")
        try await client.close()
        let outcome = await serve.stop()
        #expect(outcome.output == "exact=0 normalised=0 minor=0 major=0 unmatched=0 unused=6\n")
        #expect(outcome.errors.contains("refused: a POST whose body is larger than 64 MiB\n"))
    }

    @Test(
        "what can't be served is one line with the reason, exit code 2",
        arguments: [
            (["no-such.zip"], "no-such.zip"),
            (["--scenario", "a.yaml", "b.zip"], "one of them"),
            (["--scenario", "a.yaml", "--loop"], "--loop is for recordings"),
            (["--home", ".", "--match", "unmatched"], "unmatched"),
            (["--home", ".", "--miss", "500"], "500"),
            (["--home", "."], "no store at ."),
        ]
    )
    func whatCannotBeServed(arguments: [String], word: String) async throws {
        let directory = try TemporaryDirectory()
        let outcome = try await Program.replayer.run(["serve"] + arguments, in: directory)
        #expect(outcome.code == 2)
        #expect(outcome.output == "")
        #expect(outcome.errors.contains(word), "\(outcome.errors)")
    }
}
