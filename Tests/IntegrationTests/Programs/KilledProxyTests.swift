import Foundation
import Recorder
import Replayer
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct KilledProxyTests {
    /// What clients read to its end: the exchange's id and the body that was sent.
    private final class Ledger: Sendable {
        private let state = Mutex([String: String]())
        private let full: AsyncStream<Void>.Continuation
        private let enough: Int
        let isFull: AsyncStream<Void>

        init(enough: Int) {
            self.enough = enough
            (isFull, full) = AsyncStream<Void>.makeStream()
        }

        var answers: [String: String] { state.withLock { $0 } }

        func note(_ id: String, _ body: String) {
            let count = state.withLock { answers in
                answers[id] = body
                return answers.count
            }
            if count >= enough { full.finish() }
        }

        func giveUp() {
            full.finish()
        }
    }

    private func client(_ number: Int, _ port: Int, stream: Bool, _ ledger: Ledger) async {
        guard let connection = try? await RawClient.connect(port) else { return }
        for turn in 0... {
            let text = String(repeating: "word ", count: 20 + turn % 50)
            let body = #"{"model":"m","stream":\#(stream),"messages":["client \#(number) turn \#(turn) \#(text)"]}"#
            guard (try? await connection.send(ProxyProgram.request(body))) != nil else { return }
            let response = await connection.readResponse()
            guard response.isWhole, response.status == 200, let id = response.value("x-tapedeck-exchange") else {
                return
            }
            ledger.note(id, body)
        }
    }

    @Test("a proxy killed under load has lost nothing that a client had read to its end", arguments: [false, true])
    func aProxyKilledUnderLoadHasLostNothing(stream: Bool) async throws {
        let directory = try TemporaryDirectory()
        let scenario = Scenario(rules: [
            ScenarioRule(
                answer: .message(ScriptedMessage(text: "An answer of a few words, in small pieces", deltaSize: 4))
            )
        ])
        let ledger = Ledger(enough: 800)
        try await MockUpstream.run(scenario) { mock in
            let proxy = try await ProxyProgram.start(upstream: mock.baseURL, in: directory)
            await withDiscardingTaskGroup { group in
                for number in 0..<16 {
                    group.addTask { await client(number, proxy.port, stream: stream, ledger) }
                }
                group.addTask {
                    // Ends earlier when the proxy does, which the count below shows.
                    _ = await proxy.process.outcome()
                    ledger.giveUp()
                }
                for await _ in ledger.isFull {}
                proxy.process.signal(SIGKILL)
            }
            #expect(await proxy.process.outcome().code == 128 + SIGKILL)
            let answers = ledger.answers
            #expect(answers.count >= 800)

            let again = try await ProxyProgram.start(upstream: mock.baseURL, in: directory)
            let logs = try await Program.inspector.run(
                ["logs", "--last", "all", "--json", "--home", again.home],
                in: directory
            )
            let logged = try LoggedExchange.lines(logs.output)
            let missing = Set(answers.keys).subtracting(logged.map(\.id))
            #expect(missing == [])
            #expect(Set(logged.map(\.address)).count == logged.count)
            #expect(logged.filter { answers[$0.id] != nil }.allSatisfy { $0.status == 200 && $0.ending == "complete" })
            for (id, body) in answers.sorted(by: { $0.key < $1.key }).suffix(3) {
                let shown = try await Program.inspector.run(
                    ["show", id, "--body", "request", "--home", again.home],
                    in: directory
                )
                #expect(shown.output == body)
            }
            #expect(try await again.post("{}").status == 200)
            #expect(await again.stop().code == 0)
            let doctor = try await Program.inspector.run(["doctor", "--home", again.home], in: directory)
            #expect(doctor.code == 0, "\(doctor.output)")
        }
    }
}
