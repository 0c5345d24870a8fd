import Foundation
import Replayer
import TestSupport
import Testing

/// The official Python SDK, with its own retries on, in front of accounts that run into limits.
@Suite("The official SDK and accounts", .timeLimit(.minutes(5)))
struct SDKAccountsTests {
    private static let teams = ["team-a", "team-b", "team-c"]

    /// One account is refused, then a stream of another begins with an error, then all are refused.
    private static var scenario: Scenario {
        get throws {
            let yaml = """
                rules:
                  - &quota
                    when: {contains: case-quota}
                    times: 1
                    error: {status: 429, type: rate_limit_error, message: Later.}
                    headers: &limits
                      retry-after: "4980"
                      x-should-retry: "true"
                      anthropic-ratelimit-unified-status: rejected
                      anthropic-ratelimit-unified-5h-status: rejected
                      anthropic-ratelimit-unified-5h-reset: "{now+4980s}"
                      anthropic-ratelimit-unified-representative-claim: five_hour
                      anthropic-ratelimit-unified-reset: "{now+4980s}"
                  - when: {contains: case-stream}
                    times: 1
                    events:
                      - name: error
                        data: {type: error, error: {type: api_error, message: Internal server error}}
                  - when: {contains: case-all}
                    error: {status: 429, type: rate_limit_error, message: Later.}
                    headers: *limits
                  - message: {text: Served by another account., input_tokens: 12, output_tokens: 5}
                """
            return try Scenario(yaml: yaml, file: "test.yaml")
        }
    }

    @Test(
        "fails over without the SDK's noticing, and is told not to retry when all are out",
        .enabled(if: PythonSDK.isPossible, "`make test` provides the SDK"),
        arguments: PythonSDK.variables
    )
    func failsOver(variable: String) async throws {
        guard let sdk = try PythonSDK(variable: variable) else { return }
        let directory = try TemporaryDirectory()
        try await MockUpstream.run(try Self.scenario) { mock in
            let proxy = try await ProxyProgram.start(
                upstream: mock.baseURL,
                in: directory,
                environment: RoutingSample.environment(Self.teams)
            )
            let (lines, outcome) = try await sdk.run("sdk_accounts.py", port: proxy.port, in: directory)
            #expect(lines.filter { !$0.ok }.map { "\($0.case): \($0.problem ?? "")" } == [])
            #expect(outcome.code == 0, "\(outcome.errors)")
            #expect(lines.map(\.case) == ["failover", "failover_stream", "refused", "refused_stream"])

            // One exchange a call: the SDK had nothing to retry, or was told not to.
            let logs = try await Program.inspector.run(["logs", "--json", "--home", proxy.home], in: directory)
            let exchanges = try LoggedExchange.lines(logs.output)
            #expect(exchanges.map(\.id) == lines.compactMap(\.exchange))
            #expect(exchanges.map(\.status) == [200, 200, 429, 429])
            let stories = try await stories(lines, proxy.home, directory)
            #expect(
                stories == [
                    ["team-a account_quota 429", "team-b success 200"],
                    ["team-c server_error 200", "team-b success 200"],
                    ["team-b account_quota 429", "team-c account_quota 429"],
                    [],
                ]
            )
            #expect(await proxy.stop().code == 0)
        }
    }

    private func stories(
        _ lines: [PythonSDK.Line],
        _ home: String,
        _ directory: TemporaryDirectory
    ) async throws -> [[String]] {
        var stories: [[String]] = []
        for line in lines {
            let show = try await Program.inspector.run(
                ["show", line.exchange ?? "", "--json", "--home", home],
                in: directory
            )
            let exchange = try AccountLine.decoder.decode(ShownExchange.self, from: Data(show.output.utf8))
            stories.append(
                exchange.attempts.map { "\($0.account ?? "-") \($0.kind) \($0.status.map { String($0) } ?? "-")" }
            )
        }
        return stories
    }
}
