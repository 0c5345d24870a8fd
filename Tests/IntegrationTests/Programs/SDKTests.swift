import Foundation
import Replayer
import TestSupport
import Testing

/// The official Python SDK, run for real through the proxy against the mock upstream.
@Suite(.timeLimit(.minutes(5)))
struct SDKTests {
    /// What the inspector must say of a case of Tests/Support/sdk_client.py.
    struct Truth {
        var status = 200
        var streams = false
        var tokens: [Int?]? = [12, 34, 56, 7, 8]
        var errorType: String?
        var ending = "complete"
        var bodyHas = ""
    }

    private static let truths: [String: Truth] = [
        "create": Truth(bodyHas: "Grüße, 世界 🌍"),
        "create_beta": Truth(),
        "stream_events": Truth(streams: true, bodyHas: "event: message_stop"),
        "stream_helper": Truth(streams: true),
        "stream_helper_beta": Truth(streams: true),
        "stream_gzip": Truth(streams: true, tokens: [7, 9, 0, 0, 0]),
        "tool_use": Truth(tokens: [377, 65, 0, 0, 0], bodyHas: #""name":"get_weather""#),
        "tool_use_stream": Truth(streams: true, tokens: [377, 65, 0, 0, 0], bodyHas: #""name":"get_weather""#),
        "count_tokens": Truth(tokens: nil, bodyHas: "2095"),
        "retried": Truth(),
        "stream_error": Truth(
            streams: true,
            // What was reported before the error.
            tokens: [5, 1, nil, nil, nil],
            errorType: "overloaded_error",
            ending: "error_event",
            bodyHas: "event: error"
        ),
        "error_400": Truth(status: 400, tokens: nil, errorType: "invalid_request_error"),
        "error_401": Truth(status: 401, tokens: nil, errorType: "authentication_error"),
        "error_404": Truth(status: 404, tokens: nil, errorType: "not_found_error", bodyHas: "claude-unknown"),
        "error_429": Truth(status: 429, tokens: nil, errorType: "rate_limit_error"),
        "error_429_stream": Truth(status: 429, streams: true, tokens: nil, errorType: "rate_limit_error"),
        "error_529": Truth(status: 529, tokens: nil, errorType: "overloaded_error"),
    ]

    @Test(
        "every call of the official SDK works and is shown truly",
        .enabled(if: PythonSDK.isPossible, "`make test` provides the SDK"),
        arguments: PythonSDK.variables
    )
    func everyCallOfTheOfficialSdkWorksAnd(variable: String) async throws {
        guard let sdk = try PythonSDK(variable: variable) else { return }
        let directory = try TemporaryDirectory()
        let scenario = try Scenario.load(path: PythonSDK.root + "/fixtures/scenarios/sdk.yaml")
        try await MockUpstream.run(scenario) { mock in
            let proxy = try await ProxyProgram.start(upstream: mock.baseURL, in: directory)
            let (lines, outcome) = try await sdk.run("sdk_client.py", port: proxy.port, in: directory)
            #expect(lines.filter { !$0.ok }.map { "\($0.case): \($0.problem ?? "")" } == [])
            #expect(outcome.code == 0, "\(outcome.errors)")
            #expect(Set(lines.map(\.case)) == Set(Self.truths.keys))
            for line in lines {
                guard let truth = Self.truths[line.case], let id = line.exchange else {
                    Issue.record("\(line.case) has no exchange")
                    continue
                }
                try await check(line.case, truth, id, proxy.home, directory)
            }
            // One more than there are cases: the retry.
            let logs = try await Program.inspector.run(["logs", "--json", "--home", proxy.home], in: directory)
            #expect(logs.lines.count == Self.truths.count + 1)
            #expect(await proxy.stop().code == 0)
        }
    }

    private func check(
        _ name: String,
        _ truth: Truth,
        _ id: String,
        _ home: String,
        _ directory: TemporaryDirectory
    ) async throws {
        let show = try await Program.inspector.run(["show", id, "--json", "--home", home], in: directory)
        let exchange = try #require(try LoggedExchange.lines(show.output).first, "\(name): \(show.errors)")
        #expect(exchange.id == id)
        #expect(exchange.status == truth.status, "\(name)")
        #expect((exchange.stream ?? false) == truth.streams, "\(name)")
        #expect(exchange.errorType == truth.errorType, "\(name)")
        #expect(exchange.ending == truth.ending, "\(name)")
        let tokens = exchange.tokens.map { [$0.input, $0.output, $0.cacheRead, $0.cacheWrite5m, $0.cacheWrite1h] }
        #expect(tokens == truth.tokens, "\(name)")
        let body = try await Program.inspector.run(["show", id, "--body", "response", "--home", home], in: directory)
        #expect(body.code == 0, "\(name): \(body.errors)")
        if !truth.bodyHas.isEmpty { #expect(body.output.contains(truth.bodyHas), "\(name): \(body.output)") }
        let events = try await Program.inspector.run(["show", id, "--events", "--home", home], in: directory)
        guard truth.streams, truth.status == 200 else { return #expect(events.code == 1, "\(name)") }
        let last = truth.errorType == nil ? "message_stop" : "error"
        #expect(events.lines.first?.contains(#""event":"message_start""#) == true, "\(name)")
        #expect(events.lines.last?.contains(#""event":"\#(last)""#) == true, "\(name)")
    }
}
