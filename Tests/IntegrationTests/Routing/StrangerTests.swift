import ProxyRuntime
import Replayer
import TestSupport
import Testing

/// A page of the web has its visitor's browser ask a proxy on the visitor's machine.
@Suite("Requests from other sites", .timeLimit(.minutes(5)))
struct StrangerTests {
    private static let answer = ScriptedAnswer(content: .message(ScriptedMessage(text: "Hello")))

    private func status(_ request: String, _ proxy: ProxyUnderTest) async throws -> (Int?, String?) {
        let answer = try await proxy.answer(to: request)
        return (answer.status, answer.value("x-tapedeck-error"))
    }

    @Test("are refused where accounts serve and nobody is asked for a key")
    func refused() async throws {
        let scenario = Scenario(rules: [ScenarioRule(answer: Self.answer)])
        try await ProxyUnderTest.run(scenario, accounts: ["team-a"]) { proxy, mock in
            for request in [
                post(host: "evil.example"), post(host: "evil.example:8080"),
                post(lines: ["Origin: https://evil.example"]),
                post(lines: ["Origin: null"]), post(lines: ["Origin: http://localhost.evil.example"]),
            ] {
                let (status, code) = try await status(request, proxy)
                #expect(status == 403)
                #expect(code == "host_not_allowed")
            }
            #expect(mock.received().isEmpty)
            for request in [
                post(), post(host: "127.0.0.1:8080"), post(host: "[::1]:8080"),
                post(lines: ["Origin: http://localhost:3000"]),
            ] {
                let (status, _) = try await status(request, proxy)
                #expect(status == 200)
            }
        }
    }

    @Test("are let through where the client's own credentials go upstream")
    func passThrough() async throws {
        let scenario = Scenario(rules: [ScenarioRule(answer: Self.answer)])
        try await ProxyUnderTest.run(scenario) { proxy, _ in
            let (status, _) = try await status(post(host: "evil.example"), proxy)
            #expect(status == 200)
        }
    }
}
