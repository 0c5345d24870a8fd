import Foundation
import Recorder
import Replayer
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct ReplayerRunTests {
    private static let key = "sk-ant-api03-" + String(repeating: "Ab3dE6gH", count: 11) + "AA"

    private static func scenario(_ text: String, failing: String = "too fast") -> Scenario {
        Scenario(rules: [
            ScenarioRule(
                match: RequestMatch(contains: [failing]),
                answer: .error(ScriptedError(status: 429, type: "rate_limit_error", message: "slow down"))
            ),
            ScenarioRule(answer: .message(ScriptedMessage(text: text, inputTokens: 3, outputTokens: 4))),
        ])
    }

    private static func body(_ text: String, stream: Bool = false) -> String {
        #"{"model":"claude-sonnet-4-5","max_tokens":100,"stream":\#(stream),"messages":[{"role":"user","content":"\#(text)"}]}"#
    }

    /// A store with an answer, an error, a stream and what else is asked for.
    private func recorded(_ more: [String] = [], in directory: TemporaryDirectory) async throws -> String {
        try await MockUpstream.run(Self.scenario("Hello over there")) { mock in
            let proxy = try await ProxyProgram.start(upstream: mock.baseURL, in: directory)
            let bodies = [Self.body("first"), Self.body("too fast"), Self.body("third", stream: true)] + more
            for body in bodies {
                let headers = [
                    "x-api-key: \(Self.key)", "x-session-id: s1", "x-vendor: v", "anthropic-version: 2023-06-01",
                ]
                #expect(try await proxy.post(body, headers: headers).isWhole)
            }
            #expect(await proxy.stop().code == 0)
            return proxy.home
        }
    }

    private func run(
        _ arguments: [String],
        environment: [String: String] = [:],
        in directory: TemporaryDirectory
    ) async throws -> ProcessOutcome {
        try await Program.replayer.run(["run"] + arguments, environment: environment, in: directory)
    }

    @Test("the same upstream gives the same answers: exit code 0, in order, marked, with the key of the variable")
    func theSameUpstreamGivesTheSameAnswers() async throws {
        let directory = try TemporaryDirectory()
        let home = try await recorded(in: directory)
        try await MockUpstream.run(Self.scenario("Hello over there")) { mock in
            let arguments = ["--to", mock.baseURL, "--home", home, "--key-env", "MY_KEY", "--header", "X-Extra: yes"]
            let outcome = try await run(arguments, environment: ["MY_KEY": "own-key"], in: directory)
            #expect(outcome.code == 0, "\(outcome.output)\(outcome.errors)")
            #expect(outcome.errors == "")
            #expect(outcome.lines.count == 1)
            #expect(outcome.output.hasSuffix(" minor=0 major=0 unmatched=0 unused=0\n"))
            let requests = mock.received()
            #expect(
                requests.map { String(decoding: $0.body, as: UTF8.self) }.map { $0.contains("too fast") } == [
                    false, true, false,
                ]
            )
            for request in requests {
                func values(_ name: String) -> [String] {
                    request.headers.filter { $0.name.lowercased() == name }.map(\.value)
                }
                #expect(values("x-api-key") == ["own-key"])
                #expect(values("x-extra") == ["yes"])
                #expect(values("x-session-id") == ["s1"])
                #expect(values("x-vendor") == [])
                #expect(values(ReplayMark.header).count == 1)
            }
        }
    }

    @Test("another upstream is told apart: exit code 1, a line for each difference, a bundle of the new run")
    func anotherUpstreamIsToldApart() async throws {
        let directory = try TemporaryDirectory()
        let home = try await recorded(in: directory)
        let bundle = directory.path + "/new.zip"
        try await MockUpstream.run(Self.scenario("Something else entirely \(Self.key)", failing: "first")) { mock in
            let outcome = try await run(["--to", mock.baseURL, "--home", home, "-o", bundle], in: directory)
            #expect(outcome.code == 1, "\(outcome.errors)")
            #expect(outcome.lines.count == 4)
            #expect(outcome.output.contains("x1 major status 200 → 429, error none → rate_limit_error"))
            #expect(outcome.output.contains("x2 major status 429 → 200"))
            #expect(outcome.output.contains("x3 major text "))
            #expect(outcome.lines.last == "exact=0 normalised=0 minor=0 major=3 unmatched=0 unused=0")
            #expect(!outcome.output.contains("sk-ant"))

            let file = try BundleFile(path: bundle)
            #expect(file.faults == [])
            #expect(file.rows.map(\.summary.status) == [429, 200, 200])
            let originals = try LoggedExchange.lines(
                try await Program.inspector.run(["logs", "--json", "--home", home], in: directory).output
            )
            #expect(file.rows.map(\.summary.replayOf) == originals.map(\.id))
            let last = try file.recorded(file.rows[1])
            let response = try #require(last.exchange.response)
            let text = String(decoding: try last.body(response.body), as: UTF8.self)
            #expect(text.contains("***masked:anthropic:"))
            #expect(!text.contains("sk-ant"))
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted() == ["new.zip", "store"]
            )

            // A bundle is a source as well; what a replay sent is sent again only when it is named.
            let again = try await run([bundle, "--to", mock.baseURL], in: directory)
            #expect(again.code == 1)
            let named = try await run([bundle, "--to", mock.baseURL, "--select", "x1"], in: directory)
            #expect(named.code == 0, "\(named.output)\(named.errors)")
        }
    }

    @Test("each exchange is one JSON object with both sides, the result line goes to stderr")
    func eachExchangeIsOneJSONObject() async throws {
        struct Line: Decodable {
            struct Side: Decodable {
                var status: Int?
                var errorType: String?
            }
            var address: String
            var rung: String
            var recorded: Side?
            var replayed: Side?
        }
        let directory = try TemporaryDirectory()
        let home = try await recorded(in: directory)
        try await MockUpstream.run(Self.scenario("Hello over there", failing: "first")) { mock in
            let outcome = try await run(["--to", mock.baseURL, "--home", home, "--json"], in: directory)
            #expect(outcome.code == 1)
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            let lines = try outcome.lines.map { try decoder.decode(Line.self, from: Data($0.utf8)) }
            #expect(lines.map(\.address) == ["x1", "x2", "x3"])
            #expect(lines.map(\.recorded?.status) == [200, 429, 200])
            #expect(lines.map(\.replayed?.status) == [429, 200, 200])
            #expect(lines.map(\.replayed?.errorType) == ["rate_limit_error", nil, nil])
            #expect(["exact", "normalised"].contains(lines[2].rung))
            #expect(outcome.errors.hasSuffix("major=2 unmatched=0 unused=0\n"))
        }
    }

    @Test("a request that needs what was masked is named and not sent")
    func aRequestThatNeedsWhatWasMaskedIsNamed() async throws {
        let directory = try TemporaryDirectory()
        let home = try await recorded([Self.body("use \(Self.key) please")], in: directory)
        try await MockUpstream.run(Self.scenario("Hello over there")) { mock in
            let outcome = try await run(["--to", mock.baseURL, "--home", home], in: directory)
            #expect(outcome.code == 1)
            #expect(outcome.lines.first == "x4 needs: anthropic key in the body (messages[0].content)")
            #expect(outcome.lines.last?.hasSuffix("unused=1") == true)
            #expect(mock.received().count == 3)
        }
    }

    @Test("a plan says how much there is to do, and sends nothing")
    func aPlanSaysHowMuchThereIsToDo() async throws {
        let directory = try TemporaryDirectory()
        let home = try await recorded([Self.body("use \(Self.key) please")], in: directory)
        // No --live: nothing is looked up either, as the name does not exist.
        let outcome = try await run(["--to", "https://nowhere.invalid", "--home", home, "--dry-run"], in: directory)
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(outcome.lines[0] == "x4 needs: anthropic key in the body (messages[0].content)")
        #expect(outcome.lines[1].hasPrefix("3 requests of 1 session to https://nowhere.invalid, "))
        #expect(outcome.lines[2].hasPrefix("at most ") && outcome.lines[2].contains(" 300 tokens out, $0.0"))
    }

    @Test("a replay stops before it might pass the sum it may cost")
    func aReplayStopsBeforeItMightPassTheSum() async throws {
        let directory = try TemporaryDirectory()
        let home = try await recorded(in: directory)
        try await MockUpstream.run(Self.scenario("Hello over there")) { mock in
            let arguments = ["--to", mock.baseURL, "--home", home, "--max-cost", "0.001"]
            let outcome = try await run(arguments, in: directory)
            #expect(outcome.code == 1)
            // 100 tokens at 15 dollars a million are more than a tenth of a cent.
            #expect(outcome.lines.first?.hasPrefix("x1 not sent: it may cost up to $0.00") == true, "\(outcome.output)")
            #expect(outcome.lines.first?.hasSuffix(", which with $0 spent might pass --max-cost 0.001") == true)
            #expect(outcome.lines.last?.hasSuffix("unused=3") == true)
            #expect(mock.received().isEmpty)
        }
    }

    @Test(
        "a signal ends a replay in order: nothing more is sent, what came is written and counted",
        arguments: [(SIGINT, true), (SIGTERM, false)]
    )
    func aSignalEndsAReplayInOrder(signal: Int32, isWritten: Bool) async throws {
        let directory = try TemporaryDirectory()
        let home = try await recorded(in: directory)
        let message =
            #"{"type":"message","model":"claude-sonnet-4-5","content":[{"type":"text","text":"Hello"}],"#
            + #""stop_reason":"end_turn","usage":{"input_tokens":1000,"output_tokens":100}}"#
        let answer =
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(message.utf8.count)\r\n\r\n\(message)"
        // The second request gets no answer.
        try await RawUpstream.run([.text(answer), .bytes([])]) { upstream, port in
            var arguments = ["run", "--to", "http://127.0.0.1:\(port)", "--home", home, "--max-cost", "1"]
            if isWritten { arguments += ["-o", "new.zip"] }
            let process = try RunningProcess(try Program.replayer.path, arguments, directory: directory.path)
            _ = try await eventually { upstream.requests.count == 2 ? true : nil }
            process.signal(signal)
            let outcome = await process.outcome()
            #expect(outcome.code == 1, "\(outcome.output)\(outcome.errors)")
            #expect(outcome.lines.last == "exact=0 normalised=0 minor=0 major=1 unmatched=1 unused=1")
            #expect(outcome.output.contains("x2 no answer: the replay was interrupted\n"))
            #expect(outcome.errorLines.first == "interrupted: 1 of 3 were not sent")
            // The first one's 1000 tokens in and 100 out, and the bound of the second one.
            let spent = outcome.errorLines.last.map { $0.dropFirst("spent at most $".count) }.flatMap { Double($0) }
            let sum = try #require(spent, "\(outcome.errors)")
            #expect(sum > 0.0045 && sum < 0.03)
            #expect(upstream.requests.count == 2)
            let files = try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
            #expect(files == (isWritten ? ["new.zip", "store"] : ["store"]))
            if isWritten {
                let rows = try BundleFile(path: directory.path + "/new.zip").rows.map(\.summary)
                #expect(rows.map(\.status) == [200, nil])
                #expect(rows.first?.tokens?.input == 1000)
            }
        }
    }

    @Test("a placeholder is no key and no header")
    func aPlaceholderIsNoKey() async throws {
        let directory = try TemporaryDirectory()
        let home = try await recorded(in: directory)
        let masked = "***masked:anthropic:1f09c2d4***"
        let target = ["--to", "http://127.0.0.1:1", "--home", home]
        let key = try await run(target + ["--key-env", "K"], environment: ["K": masked], in: directory)
        #expect(key.code == 2)
        #expect(key.errors.contains("--key-env"))
        let header = try await run(target + ["--header", "x-api-key: \(masked)"], in: directory)
        #expect(header.code == 2)
        #expect(header.errors.contains("x-api-key"))
    }

    @Test("selections are those of the list")
    func selectionsAreThoseOfTheList() async throws {
        let directory = try TemporaryDirectory()
        let home = try await recorded(in: directory)
        try await MockUpstream.run(Self.scenario("Hello over there")) { mock in
            let cases: [(arguments: [String], code: Int32, total: Int)] = [
                (["--error-only"], 0, 1), (["--last", "2"], 0, 2), (["--select", "x1,x3"], 0, 2),
                (["--select", "s1"], 0, 3),
                (["--session", "s1", "--select", "x2", "--select", "x3"], 0, 2), (["--session", "none"], 1, 0),
                (["--since", "2100-01-01"], 1, 0), (["--select", "x9"], 2, 0),
            ]
            for (arguments, code, total) in cases {
                let known = mock.received().count
                let outcome = try await run(["--to", mock.baseURL, "--home", home] + arguments, in: directory)
                #expect(outcome.code == code, "\(arguments) \(outcome.output)\(outcome.errors)")
                #expect(mock.received().count - known == total, "\(arguments)")
                if total == 0 { #expect(outcome.errorLines.count == 1, "\(outcome.errors)") }
            }
        }
    }

    @Test("an upstream that is not there is an error in one line")
    func anUpstreamThatIsNotThereIsAnError() async throws {
        let directory = try TemporaryDirectory()
        let home = try await recorded(in: directory)
        let closed = try ClosedPort()
        let arguments = ["--to", "http://127.0.0.1:\(closed.number)", "--home", home, "-o", "new.tgz"]
        let outcome = try await run(arguments, in: directory)
        #expect(outcome.code == 2)
        #expect(outcome.output == "")
        #expect(outcome.errorLines.count == 1)
        #expect(outcome.errors.contains("cannot reach http://127.0.0.1:\(closed.number): "), "\(outcome.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["store"])
    }

    @Test(
        "wrong usage is 2, in one line that names the flag",
        arguments: [
            (["--to", "http://10.0.0.1"], "--live"), (["--to", "https://nowhere.invalid", "--live"], "--max-cost"),
            (["--to", "https://nowhere.invalid", "--max-cost", "1"], "--live"),
            (["--to", "https://nowhere.invalid", "--live", "--max-cost", "1"], "--key-env"), (["--to", "a"], "--to"),
            ([], "--to"),
            (["--to", "http://127.0.0.1:1", "--speed", "fast"], "--speed"),
            (["--to", "http://127.0.0.1:1", "--concurrency", "0"], "--concurrency"),
            (["--to", "http://127.0.0.1:1", "--max-cost", "much"], "--max-cost"),
            (["--to", "http://127.0.0.1:1", "-o", "x.rar"], "-o"),
            (["--to", "http://127.0.0.1:1", "--last", "0"], "--last"),
            (["--to", "http://127.0.0.1:1", "--header", "none"], "--header"),
            (["--to", "http://127.0.0.1:1", "--key-env", "NOT_SET"], "NOT_SET"),
            (["--to", "http://127.0.0.1:1", "--nonsense"], "--nonsense"),
            (["--to", "http://127.0.0.1:1", "--home", "nowhere"], "nowhere"),
        ]
    )
    func wrongUsageIs2InOneLine(arguments: [String], name: String) async throws {
        let directory = try TemporaryDirectory()
        let outcome = try await run(arguments, environment: ["HOME": directory.path], in: directory)
        #expect(outcome.code == 2)
        #expect(outcome.output == "")
        #expect(outcome.errorLines.count == 1, "\(outcome.errors)")
        #expect(outcome.errors.contains(name), "\(outcome.errors)")
    }
}
