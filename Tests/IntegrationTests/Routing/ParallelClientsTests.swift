import ProxyRuntime
import Recorder
import Replayer
import TestSupport
import Testing

@Suite("Many clients, few accounts", .timeLimit(.minutes(5)))
struct ParallelClientsTests {
    private static let teams = ["team-a", "team-b", "team-c"]

    /// Three buckets that hold 90 requests when full; the rest has to flow in, at 1.5 a second.
    private static var scenario: Scenario {
        get throws {
            let accounts = teams.map { "  - {name: \($0), key: \(RoutingSample.key($0)), requests_per_minute: 30}" }
            let yaml = (["accounts:"] + accounts + ["rules:", "  - message: {text: Served., output_tokens: 3}"])
            return try Scenario(yaml: yaml.joined(separator: "\n"), file: "test.yaml")
        }
    }

    @Test("100 at once over three accounts with room for 90: all are served, and all is recorded")
    func allAreServed() async throws {
        let count = 100
        try await ProxyUnderTest.run(try Self.scenario, accounts: Self.teams) { proxy, mock in
            let clock = ContinuousClock()
            let start = clock.now
            let answers = try await withThrowingTaskGroup(of: RawResponse.self) { group in
                for number in 0..<count {
                    group.addTask {
                        let body = RoutingSample.message(stream: number.isMultiple(of: 2))
                        return try await proxy.answer(to: post(body, lines: ["X-Session-ID: s\(number)"]))
                    }
                }
                return try await group.reduce(into: [RawResponse]()) { $0.append($1) }
            }
            #expect(clock.now - start < .seconds(20))
            #expect(answers.map(\.status) == Array(repeating: 200, count: count))
            #expect(answers.allSatisfy { $0.isWhole && $0.text.contains("Served.") })

            let items = try proxy.recorded()
            #expect(items.count == count)
            #expect(Set(items.compactMap(\.exchange.session)).count == count)
            #expect(items.allSatisfy { $0.exchange.attempts.last?.kind == .success })
            #expect(Set(items.flatMap(\.kinds)).isSubset(of: [.success, .rateLimitKey]))

            // What the upstream saw and what was written down are the same, account by account.
            let seen = mock.accounts(of: Self.teams)
            let attempts = items.flatMap(\.exchange.attempts)
            #expect(seen.count == attempts.count)
            for team in Self.teams {
                let own = attempts.filter { $0.account == team }
                #expect(own.count == seen.count { $0 == team }, "\(team)")
                let served = own.count { $0.kind == .success }
                // No bucket gives more than it holds and what flows in within the time of the test.
                #expect((20...40).contains(served), "\(team): \(served)")
                #expect(own.allSatisfy { $0.response?.status == ($0.kind == .success ? 200 : 429) })
            }
            #expect(attempts.count { $0.kind == .success } == count)
            // Each answer went to one client, and is recorded once.
            let bodies = items.map(\.responseText)
            #expect(Set(bodies).count == count)
            #expect(Set(bodies) == Set(answers.map(\.text)))
        }
    }
}
