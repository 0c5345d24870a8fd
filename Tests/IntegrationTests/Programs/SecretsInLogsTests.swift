import Foundation
import Replayer
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct SecretsInLogsTests {
    @Test("whatever the log level, no body and no key is logged or stored")
    func whateverTheLogLevelNoBodyAndNo() async throws {
        let directory = try TemporaryDirectory()
        // Made up here: no such key was ever given out.
        let key = "sk-ant-api03-" + String(repeating: "Zx9", count: 30) + "-AA"
        let word = "unmistakable-word-of-the-prompt"
        let scenario = Scenario(rules: [
            ScenarioRule(
                match: RequestMatch(contains: ["case-error"]),
                answer: .error(ScriptedError(status: 401, type: "authentication_error", message: "bad key \(key)"))
            ),
            ScenarioRule(
                match: RequestMatch(contains: ["case-reset"]),
                answer: .fault(Fault(.reset, at: .beforeAnswer))
            ),
            ScenarioRule(
                match: RequestMatch(contains: ["case-malformed"]),
                answer: .fault(Fault(.malformed("HTTP/9 \(key)\r\n"), at: .beforeAnswer))
            ),
            ScenarioRule(answer: .message(ScriptedMessage(text: "your key is \(key)"))),
        ])
        try await MockUpstream.run(scenario) { mock in
            let proxy = try await ProxyProgram.start(
                upstream: mock.baseURL,
                in: directory,
                environment: ["LOG_LEVEL": "trace"]
            )
            let bodies = ["case-fine", "case-error", "case-reset", "case-malformed"].map {
                #"{"model":"m","messages":[{"role":"user","content":"\#($0) \#(word) \#(key)"}]}"#
            }
            for body in bodies {
                let response = try await proxy.post(
                    body,
                    headers: ["x-api-key: \(key)", "authorization: Bearer \(key)"]
                )
                #expect(response.isWhole)
            }
            let client = try await RawClient.connect(proxy.port)
            try await client.send("POST /v1/messages?key=\(key) HTTP/1.1\r\nHost : a\r\nx: \(key)\r\n\r\n")
            #expect(await client.readResponse().status == 400)
            let outcome = await proxy.stop()
            #expect(outcome.code == 0)
            #expect(!outcome.errors.contains("Zx9Zx9"), "\(outcome.errors)")
            #expect(!outcome.errors.contains(word), "\(outcome.errors)")

            let files = try FileManager.default.subpathsOfDirectory(atPath: proxy.home)
            #expect(files.contains { $0.hasSuffix(".segment") })
            for file in files {
                guard let data = FileManager.default.contents(atPath: proxy.home + "/" + file) else { continue }
                #expect(data.firstRange(of: Data("Zx9Zx9".utf8)) == nil, "\(file)")
            }
            // What is not secret is there.
            let logs = try await Program.inspector.run(["logs", "--json", "--home", proxy.home], in: directory)
            #expect(try LoggedExchange.lines(logs.output).count >= bodies.count)
        }
    }
}
