import Foundation
import Recorder
import Replayer
import TestSupport
import Testing

/// What commands and pages say and do about the accounts of a running proxy, and what outlives it.
@Suite("State of the accounts", .timeLimit(.minutes(5)))
struct RoutingStateTests {
    private static let teams = ["team-a", "team-b", "team-c"]
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func start(
        _ mock: MockUpstream,
        _ accounts: [String] = teams,
        _ arguments: [String] = [],
        _ more: [String: String] = [:]
    ) async throws -> ProxyProgram {
        try await ProxyProgram.start(
            upstream: mock.baseURL,
            in: directory,
            arguments,
            environment: RoutingSample.environment(accounts).merging(more) { $1 }
        )
    }

    private func accounts(_ words: String..., names: [String] = teams) async throws -> ProcessOutcome {
        try await Program.proxy.run(
            ["accounts"] + words + ["--home", directory.path + "/store"],
            environment: RoutingSample.environment(names).merging(["HOME": directory.path]) { $1 },
            in: directory
        )
    }

    private func send(_ proxy: ProxyProgram, session: String) async throws -> RawResponse {
        try await proxy.post(RoutingSample.message(), headers: ["X-Session-ID: \(session)"])
    }

    private func page(_ proxy: ProxyProgram) async throws -> [AccountLine] {
        struct Page: Decodable { var accounts: [AccountLine] }
        let client = try await RawClient.connect(proxy.port)
        try await client.send("GET /api/accounts HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        return try AccountLine.decoder.decode(Page.self, from: Data(await client.readResponse().body)).accounts
    }

    private func shown(_ answer: RawResponse) async throws -> ShownExchange {
        let id = try #require(answer.value("x-tapedeck-exchange"))
        let home = directory.path + "/store"
        let show = try await Program.inspector.run(["show", id, "--json", "--home", home], in: directory)
        return try AccountLine.decoder.decode(ShownExchange.self, from: Data(show.output.utf8))
    }

    @Test("pausing and resuming is in force within two seconds, for accounts of the environment as well")
    func pauses() async throws {
        let names = ["team-a", "team-b"]
        let scenario = Scenario(rules: [ScenarioRule(answer: .message(ScriptedMessage(text: "Served.")))])
        try await MockUpstream.run(scenario) { mock in
            let proxy = try await start(mock, names)
            func account(of answer: RawResponse) -> String? { mock.accounts(of: names).last }
            /// Sends until what comes is as it should be, and says how long that took.
            func until(_ holds: (RawResponse) -> Bool) async throws -> (RawResponse, Duration)? {
                let clock = ContinuousClock()
                let begin = clock.now
                return try await eventually {
                    let answer = try await send(proxy, session: "one")
                    return holds(answer) ? (answer, clock.now - begin) : nil
                }
            }
            #expect(account(of: try await send(proxy, session: "one")) == "team-a")

            #expect(try await accounts("pause", "team-a", names: names).code == 0)
            let (other, paused) = try #require(try await until { account(of: $0) == "team-b" })
            #expect(paused < .seconds(15))
            let attempt = try #require(try await shown(other).attempts.first)
            #expect(attempt.account == "team-b")
            #expect(attempt.because == "the session's account team-a is out")
            #expect(attempt.rejected == [.init(account: "team-a", because: "paused")])

            #expect(try await accounts("pause", "team-b", names: names).code == 0)
            let (none, allPaused) = try #require(try await until { $0.status == 503 })
            #expect(allPaused < .seconds(15))
            #expect(none.values("x-tapedeck-error") == ["accounts_unavailable"])
            #expect(none.text.contains("every account of this proxy is paused"))
            #expect(try await shown(none).attempts.isEmpty)

            #expect(try await accounts("resume", "team-a", names: names).code == 0)
            let (_, resumed) = try #require(try await until { $0.status == 200 && account(of: $0) == "team-a" })
            #expect(resumed < .seconds(15))
            #expect(await proxy.stop().code == 0)
        }
    }

    @Test("cool-downs and the accounts of conversations survive a restart, and are shown with and without a proxy")
    func restarts() async throws {
        try await MockUpstream.run(try RoutingSample.scenario("01-account-window-spent")) { mock in
            let first = try await start(mock)
            // The first is refused and goes to the second account; further ones go to those that were used least.
            for session in ["one", "two", "three"] {
                #expect(try await send(first, session: session).status == 200)
            }
            let homes = Array(mock.accounts(of: Self.teams).dropFirst(2))
            #expect(mock.accounts(of: Self.teams).prefix(2) == ["team-a", "team-b"])
            #expect(homes == ["team-c", "team-b"])
            let before = try await page(first)
            try expectCooling(before)
            #expect(await first.stop().code == 0)

            let stopped = try await accounts("list", "--json")
            try expectCooling(try AccountLine.lines(stopped.output))
            #expect(try AccountLine.lines(stopped.output)[0].cooldowns == before[0].cooldowns)

            let second = try await start(mock)
            for (session, home) in [("three", "team-b"), ("two", "team-c"), ("three", "team-b"), ("two", "team-c")] {
                let answer = try await send(second, session: session)
                #expect(answer.status == 200)
                let attempt = try #require(try await shown(answer).attempts.first)
                #expect((attempt.account, attempt.because) == (home, "the session's account"))
                #expect(attempt.rejected.first?.account == "team-a")
                #expect(attempt.rejected.first?.because.hasSuffix("5h window spent") == true)
            }
            #expect(!mock.accounts(of: Self.teams).dropFirst().contains("team-a"))
            let after = try await page(second)
            try expectCooling(after)
            #expect(after[0].cooldowns == before[0].cooldowns)
            #expect(after.map(\.requests) == [1, 4, 3])
            let table = try await accounts("list")
            let line = try #require(table.lines.first { $0.hasPrefix("team-a") })
            #expect(line.contains("5h window spent"), "\(line)")
            #expect(line.contains("back in 1h 2"), "\(line)")
            #expect(await second.stop().code == 0)
            // Names and times are kept, and no key.
            let key = try StoreSample.files(containing: "Rt7Rt7", under: directory.path)
            #expect(key == [])
            let files = try FileManager.default.contentsOfDirectory(atPath: second.home)
            #expect(Set(files).isSuperset(of: ["routing.json", "sessions.json"]))
        }
    }

    private func expectCooling(_ accounts: [AccountLine]) throws {
        #expect(accounts.map(\.name) == Self.teams)
        #expect(accounts.map(\.status) == ["cooling_down", "active", "active"])
        let cooldown = try #require(accounts.first?.cooldowns.first)
        #expect(accounts.map(\.cooldowns.count) == [1, 0, 0])
        #expect((cooldown.kind, cooldown.reason) == ("account_quota", "5h window spent"))
        #expect(cooldown.since < cooldown.until)
        #expect(accounts[0].headroom == 0)
    }

    @Test("FORCE_RATE_LIMIT_TEST: every request is a 429 without a call upstream, and says so")
    func forced() async throws {
        let names = ["team-a", "team-b"]
        let scenario = Scenario(rules: [ScenarioRule(answer: .message(ScriptedMessage(text: "Served.")))])
        try await MockUpstream.run(scenario) { mock in
            let variables = ["FORCE_RATE_LIMIT_TEST": "true", "FORCE_RATE_LIMIT_RETRY_AFTER": "7"]
            let proxy = try await start(mock, names, [], variables)
            for stream in [false, true, false] {
                let answer = try await proxy.post(RoutingSample.message(stream: stream))
                #expect(answer.status == 429)
                #expect(answer.isWhole)
                #expect(answer.text.contains(#""type":"rate_limit_error""#))
                #expect(answer.values("x-tapedeck-error") == ["accounts_limited"])
                #expect(answer.value("retry-after").flatMap { Int($0) }.map { (6...7).contains($0) } == true)
                #expect(answer.values("anthropic-ratelimit-unified-status") == ["rejected"])
                let shown = try await shown(answer)
                #expect(shown.attempts.compactMap(\.account).sorted() == names)
                #expect(shown.attempts.map(\.kind) == ["forced", "forced"])
            }
            #expect(mock.received().isEmpty)
            let outcome = await proxy.stop()
            #expect(outcome.code == 0)
            let line = try #require(outcome.errorLines.first { $0.hasPrefix("TEST MODE") })
            #expect(line.contains("FORCE_RATE_LIMIT_TEST") && line.contains("7 s"))
            // What a test forced is over with its process.
            let listed = try await accounts("list", "--json", names: names)
            #expect(try AccountLine.lines(listed.output).map(\.requests) == [3, 3])
            let next = try await start(mock, names)
            #expect(try await send(next, session: "one").status == 200)
            #expect(await next.stop().code == 0)
        }
    }
}
