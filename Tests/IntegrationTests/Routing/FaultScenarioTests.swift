import ProxyRuntime
import Recorder
import Replayer
import TestSupport
import Testing

/// Overloads, faults and broken streams: scenarios 08, 09 and 10.
@Suite("Routing scenarios: faults", .timeLimit(.minutes(5)))
struct FaultScenarioTests {
    private static let teams = ["team-a", "team-b"]

    /// A row of scenario 08.
    struct Fault: Sendable, CustomTestStringConvertible {
        var rule: Int
        var first: String
        var cooldown: String
        var seconds: ClosedRange<Double>
        var testDescription: String { "\(rule): \(first)" }
    }

    static let faults = [
        Fault(rule: 1, first: "overloaded 529", cooldown: "overloaded", seconds: 9.5...10.5),
        Fault(rule: 2, first: "server_error 500", cooldown: "fault: 500", seconds: 0.9...1.1),
        Fault(rule: 3, first: "server_error 502", cooldown: "fault: 502", seconds: 0.9...1.1),
        Fault(rule: 4, first: "server_error 503", cooldown: "fault: 503", seconds: 0.9...1.1),
        Fault(rule: 5, first: "server_error 504", cooldown: "fault: 504", seconds: 0.9...1.1),
    ]

    @Test("08: a fault moves on and is a short bench, no quota", arguments: faults, [false, true])
    func movesOn(_ row: Fault, stream: Bool) async throws {
        let scenario = try RoutingSample.scenario("08-overloaded", rules: [row.rule, 6])
        try await ProxyUnderTest.run(scenario, accounts: Self.teams) { proxy, _ in
            let answer = try await proxy.answer(to: post(RoutingSample.message(stream: stream)))
            #expect(answer.status == 200)
            #expect(answer.text.contains("Hello again."))
            let item = try #require(try proxy.recorded(answer))
            #expect(item.story == ["team-a \(row.first)", "team-b success 200"])
            #expect(item.exchange.attempts[0].cooldownReason == row.cooldown)
            let seconds = try #require(item.cooldownSeconds(ofAttempt: 0))
            #expect(row.seconds.contains(seconds))
            #expect(item.exchange.attempts[1].waited == 0)
        }
    }

    @Test("08: an overload is retried in place after a moment", arguments: [false, true])
    func retriesInPlace(stream: Bool) async throws {
        let scenario = try RoutingSample.scenario("08-overloaded", rules: [0, 6])
        try await ProxyUnderTest.run(scenario, accounts: Self.teams) { proxy, _ in
            let answer = try await proxy.answer(to: post(RoutingSample.message(stream: stream)))
            #expect(answer.status == 200)
            let item = try #require(try proxy.recorded(answer))
            #expect(item.story == ["team-a overloaded 529", "team-a success 200"])
            #expect(item.exchange.attempts.allSatisfy { $0.cooldownUntil == nil })
            #expect(item.exchange.attempts[1].because == "again after an overload, retry 1 of 2")
            #expect((375_000..<3_000_000).contains(item.exchange.attempts[1].waited))
        }
    }

    @Test("08: an overload that stays is retried twice, then another account is asked")
    func movesOnFromOverload() async throws {
        var scenario = try RoutingSample.scenario("08-overloaded", rules: [0, 6])
        scenario.rules[0].times = 3
        try await ProxyUnderTest.run(scenario, accounts: Self.teams) { proxy, _ in
            let answer = try await proxy.answer(to: post(RoutingSample.message()))
            #expect(answer.status == 200)
            let item = try #require(try proxy.recorded(answer))
            let overloads = Array(repeating: "team-a overloaded 529", count: 3)
            #expect(item.story == overloads + ["team-b success 200"])
            #expect(item.exchange.attempts.map(\.cooldownReason) == [nil, nil, "overloaded", nil])
            #expect(item.exchange.attempts[3].because == "the session's account team-a is out")
        }
    }

    @Test("08: one account: the overload is a 503 of the proxy's, other faults go to the client as they are")
    func alone() async throws {
        try await ProxyUnderTest.run(try RoutingSample.scenario("08-overloaded"), accounts: ["team-a"]) { proxy, mock in
            let first = try await proxy.answer(to: post(RoutingSample.message()))
            #expect(first.status == 503)
            #expect(first.values("x-tapedeck-error") == ["accounts_unavailable"])
            #expect(first.text.contains(#""type":"api_error""#))
            #expect(first.value("retry-after").flatMap { Int($0) }.map { (9...11).contains($0) } == true)
            #expect(first.values("x-should-retry") == ["true"])
            #expect(first.values("anthropic-ratelimit-unified-status") == [])
            let item = try #require(try proxy.recorded(first))
            #expect(item.story == ["team-a overloaded 529", "team-a overloaded 529"])
            #expect(item.exchange.decision?.because.hasSuffix("every account is overloaded or out") == true)

            for status in [500, 502, 503, 504] {
                let answer = try await proxy.answer(to: post(RoutingSample.message()))
                #expect(answer.status == status)
                #expect(answer.values("x-tapedeck-error") == [])
                if status == 502 {
                    #expect(answer.text == "<html><h1>502 Bad Gateway</h1></html>")
                    #expect(answer.values("content-type") == ["text/html"])
                }
                let item = try #require(try proxy.recorded(answer))
                #expect(item.story == ["team-a server_error \(status)"])
                #expect(item.exchange.attempts[0].because == "nothing else is left; its cool-down is a guess")
                // The overload's ten seconds are longer than the first faults': those change nothing.
                if status == 500 { #expect(item.exchange.attempts[0].cooldownUntil == nil) }
                #expect(
                    item.exchange.decision?.because == "every account fails: the client gets the last answer"
                )
                #expect(answer.body == item.attemptBodies[0])
            }
            #expect(try await proxy.answer(to: post(RoutingSample.message())).text.contains("Hello again."))
            #expect(mock.received().count == 7)
        }
    }

    @Test(
        "09: an error as first event, whole or in pieces, is retried before anything goes out",
        arguments: [false, true]
    )
    func errorFirst(stream: Bool) async throws {
        let scenario = try RoutingSample.scenario("09-error-first")
        try await ProxyUnderTest.run(scenario, accounts: Self.teams) { proxy, _ in
            let answer = try await proxy.answer(to: post(RoutingSample.message(stream: stream)))
            #expect(answer.status == 200)
            #expect(answer.isWhole)
            #expect(answer.text.contains("Hello again."))
            #expect(!answer.text.contains("overloaded_error"))
            let item = try #require(try proxy.recorded(answer))
            #expect(item.story == ["team-a overloaded 200", "team-a overloaded 200", "team-a success 200"])
            #expect(item.exchange.attempts.map(\.ending) == [.errorEvent, .errorEvent, .complete])
            #expect(String(decoding: item.attemptBodies[1], as: UTF8.self).hasPrefix("event: error\ndata: "))
        }
    }

    @Test("09: one account that is overloaded twice is a 503 of the proxy's, and no error event")
    func errorFirstAlone() async throws {
        try await ProxyUnderTest.run(try RoutingSample.scenario("09-error-first"), accounts: ["team-a"]) { proxy, _ in
            let answer = try await proxy.answer(to: post(RoutingSample.message(stream: true)))
            #expect(answer.status == 503)
            #expect(answer.values("x-tapedeck-error") == ["accounts_unavailable"])
            #expect(answer.value("retry-after") != nil)
            let item = try #require(try proxy.recorded(answer))
            #expect(item.story == ["team-a overloaded 200", "team-a overloaded 200"])
            #expect(item.exchange.ending == .complete)
        }
    }

    /// Scenario 09 with an error that no retry in place cures; the second rule sends it in pieces of seven bytes.
    private func failing(_ rule: Int) throws -> Scenario {
        var scenario = try RoutingSample.scenario("09-error-first", rules: [rule, 2])
        let data = #"{"type":"error","error":{"type":"api_error","message":"Internal server error"}}"#
        scenario.rules[0].answer.content = .events([ScriptedEvent("error", data)])
        return scenario
    }

    @Test("09: an error as first event fails over to the other account", arguments: [0, 1], [false, true])
    func failsOver(rule: Int, stream: Bool) async throws {
        try await ProxyUnderTest.run(try failing(rule), accounts: Self.teams) { proxy, mock in
            let answer = try await proxy.answer(to: post(RoutingSample.message(stream: stream)))
            #expect(answer.status == 200)
            #expect(answer.isWhole)
            #expect(answer.text.contains("Hello again."))
            #expect(!answer.text.contains("event: error"))
            let item = try #require(try proxy.recorded(answer))
            #expect(item.story == ["team-a server_error 200", "team-b success 200"])
            #expect(item.exchange.attempts[0].ending == .errorEvent)
            #expect(item.exchange.attempts[0].cooldownReason == "fault: error event")
            #expect(mock.accounts(of: Self.teams) == Self.teams)
        }
    }

    @Test("09: without another account the client gets the stream as it is", arguments: [0, 1])
    func deliversErrorEvent(rule: Int) async throws {
        try await ProxyUnderTest.run(try failing(rule), accounts: ["team-a"]) { proxy, _ in
            let answer = try await proxy.answer(to: post(RoutingSample.message(stream: true)))
            #expect(answer.status == 200)
            #expect(answer.isWhole)
            #expect(answer.text.hasPrefix("event: error\ndata: "))
            let item = try #require(try proxy.recorded(answer))
            #expect(item.story == ["team-a server_error 200"])
            #expect(item.exchange.ending == .errorEvent)
            #expect(item.exchange.decision?.because == "every account fails: the client gets the last answer")
            #expect(answer.body == item.attemptBodies[0])
        }
    }

    @Test("10: after the first words there is no failover, and no broken stream looks whole")
    func brokenStreams() async throws {
        try await ProxyUnderTest.run(try RoutingSample.scenario("10-broken-streams"), accounts: Self.teams) {
            proxy,
            mock in
            func send(_ number: Int) async throws -> (RawResponse, RecordedItem) {
                let request = post(RoutingSample.message(stream: true), lines: ["X-Session-ID: \(number)"])
                let answer = try await proxy.answer(to: request)
                #expect(answer.status == 200)
                let item = try #require(try proxy.recorded(answer))
                #expect(item.exchange.attempts.count == 1, "\(number)")
                #expect(item.responseBody == answer.body, "\(number)")
                return (answer, item)
            }
            let (partial, first) = try await send(1)
            #expect(partial.isWhole)
            #expect(partial.text.contains("Once upon") && partial.text.hasSuffix("\"Overloaded\"}}\n\n"))
            #expect((first.kinds, first.exchange.ending) == ([.overloaded], .errorEvent))

            let (unfinished, second) = try await send(2)
            #expect(!unfinished.text.contains("message_stop"))
            #expect(unfinished.text.contains("Once upon"))
            // Its framing is whole and its message is not: no success.
            #expect((second.kinds, second.exchange.ending) == ([.streamError], .complete))

            let (cut, third) = try await send(3)
            #expect(!cut.isWhole)
            #expect(!cut.text.contains("event: error") && !cut.text.contains("message_stop"))
            #expect((third.kinds, third.exchange.ending) == ([.streamError], .truncated))

            let (reset, fourth) = try await send(4)
            #expect(reset.text.contains("Once upon"))
            #expect(reset.text.contains("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\""))
            #expect(!reset.text.contains("message_stop"))
            #expect((fourth.kinds, fourth.exchange.ending) == ([.streamError], .reset))

            let (paused, fifth) = try await send(5)
            #expect(paused.isWhole)
            #expect(paused.text.hasSuffix("data: {\"type\":\"message_stop\"}\n\n"))
            #expect((fifth.kinds, fifth.exchange.ending) == ([.success], .complete))

            let (whole, sixth) = try await send(6)
            #expect(whole.text.contains("Hello again."))
            #expect((sixth.kinds, sixth.exchange.ending) == ([.success], .complete))
            #expect(mock.received().count == 6)
        }
    }
}
