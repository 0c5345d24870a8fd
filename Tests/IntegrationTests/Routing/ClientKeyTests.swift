import Foundation
import Replayer
import TestSupport
import Testing

@Suite("Client keys at work", .timeLimit(.minutes(5)))
struct ClientKeyTests {
    private static let scenario = Scenario(rules: [ScenarioRule(answer: .message(ScriptedMessage(text: "Served.")))])

    @Test("who has no key is refused, who has one is served and recorded by name, and a revoked key is none")
    func keys() async throws {
        let directory = try TemporaryDirectory()
        func keys(_ words: String...) async throws -> ProcessOutcome {
            let outcome = try await Program.proxy.run(
                ["keys"] + words + ["--home", directory.path + "/store"],
                environment: ["HOME": directory.path],
                in: directory
            )
            #expect(outcome.code == 0, "\(outcome.errors)")
            return outcome
        }
        let alice = try #require(try await keys("create", "alice").lines.first)
        let bob = try #require(try await keys("create", "bob", "--rpm", "2").lines.first)
        try await MockUpstream.run(Self.scenario) { mock in
            let proxy = try await ProxyProgram.start(
                upstream: mock.baseURL,
                in: directory,
                environment: RoutingSample.environment(["team-a"]).merging(["LOG_LEVEL": "trace"]) { $1 }
            )
            let body = RoutingSample.message()

            let none = try await proxy.post(body)
            #expect(none.status == 401)
            #expect(none.values("content-type") == ["application/json"])
            #expect(none.values("x-tapedeck-error") == ["client_key_missing"])
            #expect(none.text.hasPrefix(#"{"type":"error","error":{"type":"authentication_error","message":""#))
            let id = try #require(none.value("x-tapedeck-exchange"))
            #expect(none.text.hasSuffix("\"request_id\":\"\(id)\"}"))
            let wrong = try await proxy.post(body, headers: ["x-api-key: ccf_" + String(repeating: "0", count: 64)])
            #expect(wrong.status == 401)
            #expect(wrong.values("x-tapedeck-error") == ["client_key_invalid"])

            // As a key and as a token; what goes upstream is the account's.
            for line in ["x-api-key: \(alice)", "Authorization: Bearer \(alice)"] {
                let answer = try await proxy.post(body, headers: [line])
                #expect(answer.status == 200)
                #expect(try await clientKey(of: answer, proxy, directory) == "alice")
            }
            #expect(mock.accounts(of: ["team-a"]) == ["team-a", "team-a"])

            for _ in 0..<2 { #expect(try await proxy.post(body, headers: ["x-api-key: \(bob)"]).status == 200) }
            let limited = try await proxy.post(body, headers: ["x-api-key: \(bob)"])
            #expect(limited.status == 429)
            #expect(limited.values("x-tapedeck-error") == ["client_key_limit"])
            #expect(limited.text.contains(#""type":"rate_limit_error""#))
            // Two a minute: the next in half a minute.
            #expect(limited.value("retry-after").flatMap { Int($0) }.map { (1...30).contains($0) } == true)
            #expect(try await proxy.post(body, headers: ["x-api-key: \(alice)"]).status == 200)

            #expect(try await keys("revoke", "alice").errorLines == ["revoked key alice"])
            let clock = ContinuousClock()
            let revoked = clock.now
            let refused = try await eventually {
                let answer = try await proxy.post(body, headers: ["x-api-key: \(alice)"])
                return answer.status == 401 ? answer : nil
            }
            #expect(refused?.values("x-tapedeck-error") == ["client_key_invalid"])
            #expect(clock.now - revoked < .seconds(15))

            let outcome = await proxy.stop()
            #expect(outcome.code == 0)
            for key in [alice, bob] {
                #expect(!outcome.errors.contains(key.dropFirst(4)))
                #expect(try StoreSample.files(containing: String(key.dropFirst(4)), under: directory.path) == [])
            }
            #expect(mock.received().allSatisfy { request in !request.headers.contains { $0.value.contains("ccf_") } })
        }
    }

    private func clientKey(
        of answer: RawResponse,
        _ proxy: ProxyProgram,
        _ directory: TemporaryDirectory
    ) async throws -> String? {
        let id = try #require(answer.value("x-tapedeck-exchange"))
        let show = try await Program.inspector.run(["show", id, "--json", "--home", proxy.home], in: directory)
        let json = try JSONSerialization.jsonObject(with: Data(show.output.utf8)) as? [String: Any]
        return json?["client_key"] as? String
    }
}
