import Foundation
import ProxyRuntime
import Recorder
import Replayer
import TestSupport
import Testing

@Suite("Keys of accounts are shown nowhere", .timeLimit(.minutes(5)))
struct AccountSecretsTests {
    private static let teams = ["team-a", "team-b"]
    private static let fileKey = "sk-ant-oat01-" + String(repeating: "Fk9", count: 25) + "-AA"

    /// Every way in which an attempt can end, each chosen by a word of the prompt.
    private static var scenario: Scenario {
        func rule(_ word: String, _ answer: ScriptedAnswer) -> ScenarioRule {
            ScenarioRule(match: RequestMatch(contains: [word]), answer: answer)
        }
        func error(_ status: Int, _ type: String) -> ScriptedAnswer {
            .error(ScriptedError(status: status, type: type, message: "no"))
        }
        return Scenario(rules: [
            rule("case-bad", error(400, "invalid_request_error")),
            rule("case-auth", error(401, "authentication_error")),
            rule("case-fault", error(500, "api_error")),
            rule("case-reset", .fault(Fault(.reset))),
            rule("case-malformed", .fault(Fault(.malformed("HTTP/9 what\r\n\r\n")))),
            ScenarioRule(answer: .message(ScriptedMessage(text: "Served."))),
        ])
    }

    @Test("whatever comes of an attempt, and however much is logged")
    func nowhere() async throws {
        let directory = try TemporaryDirectory()
        let layout = StoreLayout(home: directory.path + "/store")
        StoreSample.add([Account(name: "file", credential: Credential(Self.fileKey))], to: layout)
        let environment = RoutingSample.environment(Self.teams)
        let keys = [Self.fileKey] + Self.teams.map(RoutingSample.key)
        // Any long part of a key is as bad as the key.
        let parts = keys.map { String($0.dropFirst(20).prefix(24)) }
        func expectClean(_ text: String, _ what: String) {
            for part in parts { #expect(!text.contains(part), "\(what)") }
        }
        try await MockUpstream.run(Self.scenario) { mock in
            let proxy = try await ProxyProgram.start(
                upstream: mock.baseURL,
                in: directory,
                environment: environment.merging(["LOG_LEVEL": "trace"]) { $1 }
            )
            for word in ["case-fine", "case-bad", "case-fault", "case-reset", "case-malformed", "case-auth"] {
                for stream in [false, true] {
                    let answer = try await proxy.post(
                        RoutingSample.message(stream: stream, text: "\(word) \(stream)"),
                        headers: ["authorization: Bearer the-clients"]
                    )
                    #expect(answer.status > 0, "\(word)")
                    expectClean(answer.head + answer.text, word)
                }
            }
            // All three were used, each with its own key.
            let sent = mock.received().flatMap { $0.values(of: "authorization") }
            #expect(Set(sent) == Set(keys.map { "Bearer \($0)" }))
            let client = try await RawClient.connect(proxy.port)
            try await client.send("GET /api/accounts HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            let page = await client.readResponse().text
            expectClean(page, "/api/accounts")
            let list = try await Program.proxy.run(
                ["accounts", "list", "--home", proxy.home],
                environment: environment,
                in: directory
            )
            expectClean(list.output + list.errors, "accounts list")

            let outcome = await proxy.stop()
            #expect(outcome.code == 0)
            expectClean(outcome.errors + outcome.output, "the log")
            for part in parts {
                let files = try StoreSample.files(containing: part, under: directory.path)
                #expect(files == (Self.fileKey.contains(part) ? ["store/accounts.json"] : []))
            }
            let names = try FileManager.default.subpathsOfDirectory(atPath: proxy.home)
            #expect(Set(names).isSuperset(of: ["routing.json", "sessions.json", "catalog.sqlite"]))

            // Records show the placeholder that the table of accounts shows.
            let show = try await Program.inspector.run(["show", "x1.1", "--home", proxy.home], in: directory)
            #expect(show.code == 0, "\(show.errors)")
            let tag = try #require(list.lines.first { $0.hasPrefix("team-a") }?.firstMatch(of: #/\*{3}masked:[a-z:]+/#))
            #expect(show.output.contains("Bearer \(tag.output)"), "\(show.output)")
        }
    }
}
