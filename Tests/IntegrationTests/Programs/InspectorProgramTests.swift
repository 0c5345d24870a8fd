import Foundation
import Recorder
import Replayer
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct InspectorProgramTests {
    private static let scenario = Scenario(rules: [
        ScenarioRule(
            match: RequestMatch(contains: ["too fast"]),
            answer: .error(ScriptedError(status: 429, type: "rate_limit_error", message: "slow down"))
        ),
        ScenarioRule(answer: .message(ScriptedMessage(text: "Hi", inputTokens: 3, outputTokens: 4))),
    ])

    /// A store with three exchanges, the second an error, that nothing writes to any more.
    private func recorded(in directory: TemporaryDirectory) async throws -> (home: String, ids: [String]) {
        try await MockUpstream.run(Self.scenario) { mock in
            let proxy = try await ProxyProgram.start(upstream: mock.baseURL, in: directory)
            var ids: [String] = []
            for text in ["first", "too fast", "third"] {
                let response = try await proxy.post(#"{"model":"m","messages":["\#(text)"]}"#)
                ids += response.values("x-tapedeck-exchange")
            }
            #expect(await proxy.stop().code == 0)
            return (proxy.home, ids)
        }
    }

    @Test("it sees an exchange as soon as the client has its answer")
    func itSeesAnExchangeAsSoonAsThe() async throws {
        let directory = try TemporaryDirectory()
        try await MockUpstream.run(Self.scenario) { mock in
            let proxy = try await ProxyProgram.start(upstream: mock.baseURL, in: directory)
            var ids: [String] = []
            for number in 0..<12 {
                let response = try await proxy.post(#"{"model":"m","messages":[\#(number)]}"#)
                #expect(response.isWhole)
                ids += response.values("x-tapedeck-exchange")
                let logs = try await Program.inspector.run(["logs", "--json", "--home", proxy.home], in: directory)
                #expect(logs.code == 0, "\(logs.errors)")
                #expect(try LoggedExchange.lines(logs.output).map(\.id) == ids)
            }
            let doctor = try await Program.inspector.run(["doctor", "--home", proxy.home], in: directory)
            #expect(doctor.code == 0, "\(doctor.output)")
            #expect(await proxy.stop().code == 0)
        }
    }

    @Test("a healthy store is 0, a damaged one 1 with what is wrong")
    func aHealthyStoreIs0ADamagedOne() async throws {
        let directory = try TemporaryDirectory()
        let (home, _) = try await recorded(in: directory)
        let layout = StoreLayout(home: home)
        let healthy = try await Program.inspector.run(["doctor", "--home", home], in: directory)
        #expect(healthy.code == 0, "\(healthy.output)")
        #expect(healthy.lines.last == "healthy")

        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: layout.maskingKey)
        let readable = try await Program.inspector.run(["doctor", "--home", home], in: directory)
        #expect(readable.code == 1)
        #expect(readable.output.contains("masking key can be read by others"))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: layout.maskingKey)

        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: layout.segment(1)))
        try file.seekToEnd()
        try file.write(contentsOf: Data([1, 2, 3]))
        try file.close()
        let damaged = try await Program.inspector.run(["doctor", "--home", home, "--json"], in: directory)
        #expect(damaged.code == 1)
        #expect(damaged.output.contains(#""bytes":3"#), "\(damaged.output)")

        // The proxy cuts the end off when it starts.
        let proxy = try await ProxyProgram.start(upstream: "http://127.0.0.1:9", in: directory)
        #expect(await proxy.stop().code == 0)
        #expect(try await Program.inspector.run(["doctor", "--home", home], in: directory).code == 0)
    }

    @Test("the catalog is made anew from the segments", arguments: ["removed", "damaged", "empty"])
    func theCatalogIsMadeAnewFromTheSegments(state: String) async throws {
        let directory = try TemporaryDirectory()
        let (home, ids) = try await recorded(in: directory)
        let layout = StoreLayout(home: home)
        let before = try await Program.inspector.run(["logs", "--json", "--home", home], in: directory)
        for file in [layout.catalog, layout.catalog + "-wal", layout.catalog + "-shm"] {
            try? FileManager.default.removeItem(atPath: file)
        }
        if state == "damaged" { try Data(repeating: 7, count: 9000).write(to: URL(fileURLWithPath: layout.catalog)) }
        if state == "empty" { try Data().write(to: URL(fileURLWithPath: layout.catalog)) }
        // Nothing is missing meanwhile.
        let without = try await Program.inspector.run(["logs", "--json", "--home", home], in: directory)
        #expect(without.output == before.output, "\(without.errors)")
        let rebuild = try await Program.inspector.run(["doctor", "--rebuild", "--json", "--home", home], in: directory)
        #expect(rebuild.code == 0, "\(rebuild.output)\(rebuild.errors)")
        #expect(
            rebuild.output.contains(#""exchanges":{"sealed":0,"live":3,"indexed":3,"not_indexed":0}"#),
            "\(rebuild.output)"
        )
        let after = try await Program.inspector.run(["logs", "--json", "--home", home], in: directory)
        #expect(after.output == before.output)
        #expect(try LoggedExchange.lines(after.output).map(\.id) == ids)
    }

    @Test("what is found is 0, nothing found is 1")
    func whatIsFoundIs0NothingFoundIs() async throws {
        let directory = try TemporaryDirectory()
        let (home, ids) = try await recorded(in: directory)
        let cases: [(arguments: [String], code: Int32, lines: Int?)] = [
            (["logs", "--json"], 0, 3), (["logs", "--json", "--last", "2"], 0, 2),
            (["logs", "--json", "--error-only"], 0, 1), (["logs", "--json", "--model", "nope"], 1, 0),
            (["logs", "--json", "--since", "2100-01-01"], 1, 0), (["show", "x2"], 0, nil),
            (["show", ids[1]], 0, nil), (["show", String(ids[1].prefix(24)), "--json"], 0, 1),
            (["show", "x99"], 1, 0), (["show", "nonsense"], 1, 0), (["show", "x1.2"], 1, 0),
            (["show", "x2", "--body", "response"], 0, 1), (["show", "x2", "--events"], 1, 0),
            (["stats", "accounts"], 0, 2), (["stats", "accounts", "--json"], 0, 1),
            (["stats", "accounts", "--model", "nope"], 1, 0),
            (["stats", "accounts", "--until", "2020-01-01", "--json"], 1, 0),
        ]
        for (arguments, code, lines) in cases {
            let outcome = try await Program.inspector.run(arguments + ["--home", home], in: directory)
            #expect(outcome.code == code, "\(arguments) \(outcome.errors)")
            if let lines { #expect(outcome.lines.count == lines, "\(arguments)") }
            if code == 1, arguments[0] == "show" { #expect(outcome.errorLines.count == 1, "\(arguments)") }
        }
        let unknown = try await Program.inspector.run(["show", "x99", "--home", home], in: directory)
        #expect(unknown.errors.contains("x99"))
        let shown = try await Program.inspector.run(["show", "x2", "--json", "--home", home], in: directory)
        let exchange = try #require(try LoggedExchange.lines(shown.output).first)
        #expect(exchange.id == ids[1])
        #expect(exchange.status == 429)
        #expect(exchange.errorType == "rate_limit_error")
        #expect(exchange.tokens == nil)
    }

    @Test(
        "wrong usage is 2, in one line that names the flag",
        arguments: [
            (["logs", "--lats", "3"], "--lats"), (["logs", "--last", "0"], "--last"),
            (["logs", "--since", "never"], "--since"),
            (["logs", "--model"], "--model"), (["show"], "id"), (["show", "x1", "--body", "both"], "--body"),
            (["show", "x1", "--attempt", "0"], "--attempt"), (["doctor", "--fast"], "--fast"),
            (["nonsense"], "nonsense"), (["stats", "nonsense"], "nonsense"),
            (["stats", "accounts", "--since", "never"], "--since"), (["stats", "accounts", "x1"], "x1"),
            (["logs", "--home", "nowhere"], "nowhere"), (["doctor", "--home", "nowhere"], "--home"),
        ]
    )
    func wrongUsageIs2InOneLineThat(arguments: [String], name: String) async throws {
        let directory = try TemporaryDirectory()
        let outcome = try await Program.inspector.run(arguments, environment: ["HOME": directory.path], in: directory)
        #expect(outcome.code == 2)
        #expect(outcome.output == "")
        #expect(outcome.errorLines.count == 1, "\(outcome.errors)")
        #expect(outcome.errors.contains(name), "\(outcome.errors)")
    }

    @Test("a reader that leaves early ends it quietly")
    func aReaderThatLeavesEarlyEndsItQuietly() async throws {
        let directory = try TemporaryDirectory()
        let home = directory.path + "/store"
        let layout = StoreLayout(home: home)
        try layout.create()
        var writer = try SegmentWriter(layout: layout, number: 1)
        for number in 1...5000 as ClosedRange<UInt64> {
            let time = Timestamp(microseconds: 1_795_168_800_000_000 + Int64(number))
            let request = RecordedRequest(method: "POST", path: "/v1/messages")
            let id = ExchangeID(time: time, random: number)
            writer.append(Exchange(id: id, number: number, startedAt: time, request: request))
        }
        try writer.flush(toDisk: false)
        try CatalogIndexer(layout).catchUp()
        let inspector = try Program.inspector.path
        for json in ["", "--json"] {
            let process = try RunningProcess(
                "/bin/sh",
                ["-c", #""$0" logs --last all \#(json) --home store | head -n 3"#, inspector],
                directory: directory.path
            )
            let outcome = await process.outcome()
            #expect(outcome.lines.count == 3)
            #expect(outcome.errors == "")
        }
    }
}
