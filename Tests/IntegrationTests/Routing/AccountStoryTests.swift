import Foundation
import Recorder
import Replayer
import TestSupport
import Testing

/// What the inspector tells of requests that went through accounts.
@Suite("The inspector and accounts", .timeLimit(.minutes(5)))
struct AccountStoryTests {
    /// A scenario with a spent window for one account, then a refused key for the other.
    private static var scenario: Scenario {
        get throws {
            var scenario = try RoutingSample.scenario("01-account-window-spent", rules: [0, 1])
            scenario.rules[1].times = 1
            let refused = ScriptedError(status: 401, type: "authentication_error", message: "invalid x-api-key")
            scenario.rules.append(ScenarioRule(answer: .error(refused)))
            return scenario
        }
    }

    @Test("show tells the way of a request, logs finds an account's, and stats counts them")
    func story() async throws {
        let directory = try TemporaryDirectory()
        let teams = ["team-a", "team-b"]
        try await MockUpstream.run(try Self.scenario) { mock in
            let proxy = try await ProxyProgram.start(
                upstream: mock.baseURL,
                in: directory,
                environment: RoutingSample.environment(teams)
            )
            let served = try await proxy.post(RoutingSample.message(), headers: ["X-Session-ID: one"])
            #expect(served.status == 200)
            let limited = try await proxy.post(RoutingSample.message(), headers: ["X-Session-ID: one"])
            // One account is out until its window begins anew, the other's key is refused: the limit is what passes.
            #expect(limited.status == 429)
            #expect(await proxy.stop().code == 0)

            func inspect(_ words: String...) async throws -> [String] {
                let outcome = try await Program.inspector.run(words + ["--home", proxy.home], in: directory)
                #expect(outcome.code == 0, "\(words): \(outcome.errors)")
                #expect(!outcome.output.contains("sk-ant"))
                return outcome.lines
            }
            func expect(_ lines: [String], _ wanted: [String], _ command: String) {
                var rest = lines[...]
                for text in wanted {
                    let place = rest.firstIndex { $0.contains(text) }
                    #expect(
                        place != nil,
                        "\(command): '\(text)' is not where it should be in\n\(lines.joined(separator: "\n"))"
                    )
                    if let place { rest = rest[(place + 1)...] }
                }
            }
            expect(
                try await inspect("show", "x1"),
                [
                    "x1.1  anthropic / team-a  429 account_quota (rate_limit_error): the account's window is spent",
                    "chosen because new session, most headroom (100%)",
                    "passed over team-b: less headroom",
                    "left alone until ",
                    "x1.2  anthropic / team-b  200 success",
                    "chosen because the session's account team-a is out",
                    "passed over team-a: tried for this request: account_quota",
                    "answer  of x1.2",
                ],
                "show x1"
            )
            expect(
                try await inspect("show", "x2"),
                [
                    "x2.1  anthropic / team-b  401 auth (authentication_error): the upstream refused the credentials",
                    "passed over team-a: cooling down for 83 min until ",
                    "left alone until ",
                    "answer  by the proxy itself",
                    "answered because every account is at a limit",
                    "passed over team-a: cooling down for 83 min until ",
                    "passed over team-b: tried for this request: auth",
                ],
                "show x2"
            )
            let all = try await inspect("logs")
            expect(all, ["TRIES", "x1", "x2"], "logs")
            #expect(all.count == 3)
            #expect(all[1].contains("team-b") && all[2].contains("rate_limit_error"))
            expect(try await inspect("logs", "--account", "team-b"), ["x1", "x2"], "logs --account team-b")
            let json = try await inspect("logs", "--json", "--account", "team-b")
            #expect(try LoggedExchange.lines(json.joined(separator: "\n")).map(\.address) == ["x1", "x2"])

            struct Usage: Decodable {
                var account: String?
                var attempts: Int
                var successes: Int
                var limits: Int
                var errors: Int
                var kinds: [String: Int]
            }
            let stats = try await inspect("stats", "accounts", "--json").map {
                try JSONDecoder().decode(Usage.self, from: Data($0.utf8))
            }
            let a = try #require(stats.first { $0.account == "team-a" })
            let b = try #require(stats.first { $0.account == "team-b" })
            #expect((a.attempts, a.successes, a.limits, a.errors) == (1, 0, 1, 0))
            #expect(a.kinds == ["account_quota": 1])
            #expect((b.attempts, b.successes, b.limits, b.errors) == (2, 1, 0, 1))
            #expect(b.kinds == ["success": 1, "auth": 1])
        }
    }
}
