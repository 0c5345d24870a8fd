import NIOCore
import ProxyRuntime
import Recorder
import Replayer
import TestSupport
import Testing

/// Requests that wait: for an upstream, and for an account that comes back.
@Suite("Waiting and its ends", .timeLimit(.minutes(5)))
struct WaitingTests {
    private static let teams = ["team-a", "team-b"]

    /// An account whose window is spent for a span such as `2s`, and serves afterwards.
    private func spent(for span: String) throws -> Scenario {
        let yaml = """
            rules:
              - times: 1
                error: {status: 429, type: rate_limit_error, message: Later.}
                headers:
                  anthropic-ratelimit-unified-5h-status: rejected
                  anthropic-ratelimit-unified-5h-reset: "{now+\(span)}"
              - message: {text: Hello again.}
            """
        return try Scenario(yaml: yaml, file: "test.yaml")
    }

    @Test("an upstream that never answers is cut at the deadline, and no other is begun", arguments: [false, true])
    func deadline(stream: Bool) async throws {
        let scenario = Scenario(rules: [ScenarioRule(answer: .fault(Fault(.hang)))])
        try await ProxyUnderTest.run(
            scenario,
            accounts: Self.teams,
            {
                $0.routing.requestDeadline = 400_000
                $0.dataPlane.limits.request = .milliseconds(400)
            }
        ) { proxy, mock in
            let answer = try await proxy.answer(to: post(RoutingSample.message(stream: stream)))
            #expect(answer.status == 504)
            #expect(answer.values("x-tapedeck-error") == ["upstream_timeout"])
            #expect(answer.text.contains(#""type":"timeout_error""#))
            #expect(!answer.text.contains("team-a"))
            let item = try #require(try proxy.recorded(answer))
            #expect(item.story == ["team-a timeout -"])
            let attempt = item.exchange.attempts[0]
            #expect(attempt.ending == .timeout)
            #expect(attempt.failure == "the time for the request is over")
            #expect((400_000..<5_000_000).contains(attempt.endedAt))
            #expect(attempt.cooldownReason == "fault: timeout")
            #expect(item.exchange.decision?.because == "the time for the request is over; no answer in time")
            try await mock.openConnections(atMost: 0)
        }
    }

    @Test("the time for a request begins when it is there, however long its client took to send it")
    func slowClient() async throws {
        let scenario = Scenario(rules: [ScenarioRule(answer: .fault(Fault(.hang)))])
        try await ProxyUnderTest.run(
            scenario,
            accounts: Self.teams,
            {
                $0.routing.requestDeadline = 300_000
                $0.dataPlane.limits.request = .milliseconds(300)
            }
        ) { proxy, mock in
            let slow = try await proxy.client()
            let request = post(RoutingSample.message())
            try await slow.send(String(request.dropLast(10)))
            // What another request's deadline takes, this one has spent on its way here.
            let other = try await proxy.answer(to: request)
            #expect(try proxy.recorded(other)?.story == ["team-a timeout -"])
            try await slow.send(String(request.suffix(10)))
            let answer = await slow.readResponse()
            #expect(answer.status == 504)
            let item = try #require(try proxy.recorded(answer))
            #expect(item.story == ["team-b timeout -"])
            let attempt = item.exchange.attempts[0]
            #expect(attempt.endedAt - attempt.startedAt >= 290_000)
            #expect(mock.received().count == 2)
        }
    }

    @Test("the deadline cuts a stream of which nothing has gone out, and none that has begun")
    func deadlineBehindHead() async throws {
        var begun = ScriptedAnswer.message(ScriptedMessage(text: "Slow and steady."))
        begun.fault = Fault(.stall(.milliseconds(900)), at: .afterEvent(3))
        var silent = begun
        silent.fault = Fault(.hang, at: .afterHead)
        let scenario = Scenario(rules: [
            ScenarioRule(match: RequestMatch(contains: ["silent"]), answer: silent), ScenarioRule(answer: begun),
        ])
        try await ProxyUnderTest.run(
            scenario,
            accounts: ["team-a"],
            {
                $0.routing.requestDeadline = 300_000
                $0.dataPlane.limits.request = .milliseconds(300)
            }
        ) { proxy, _ in
            let whole = try await proxy.answer(to: post(RoutingSample.message(stream: true)))
            #expect(whole.isWhole)
            #expect(whole.text.hasSuffix("data: {\"type\":\"message_stop\"}\n\n"))
            let cut = try await proxy.answer(to: post(RoutingSample.message(stream: true, text: "silent")))
            #expect(cut.status == 504)
            #expect(try proxy.recorded(cut)?.story == ["team-a timeout 200"])
        }
    }

    @Test("--hold: a request waits for the account that comes back in time", arguments: [false, true])
    func holds(stream: Bool) async throws {
        try await ProxyUnderTest.run(
            try spent(for: "2s"),
            accounts: ["team-a"],
            { $0.routing.hold = 10_000_000 }
        ) { proxy, mock in
            let answer = try await proxy.answer(to: post(RoutingSample.message(stream: stream)))
            #expect(answer.status == 200)
            #expect(answer.text.contains("Hello again."))
            let item = try #require(try proxy.recorded(answer))
            #expect(item.story == ["team-a account_quota 429", "team-a success 200"])
            let (refused, served) = (item.exchange.attempts[0], item.exchange.attempts[1])
            #expect(refused.cooldownUntil != nil)
            #expect(served.waited >= 900_000)
            #expect(served.startedAt - refused.endedAt >= served.waited - 1000)
            #expect(mock.received().count == 2)
        }
    }

    @Test("--hold: nobody waits for an account that is back too late, or without being asked to")
    func doesNotHold() async throws {
        for hold: Int64 in [0, 10_000_000] {
            try await ProxyUnderTest.run(
                try spent(for: "1h"),
                accounts: ["team-a"],
                { $0.routing.hold = hold }
            ) { proxy, _ in
                let answer = try await proxy.answer(to: post(RoutingSample.message()))
                #expect(answer.status == 429)
                let item = try #require(try proxy.recorded(answer))
                #expect(item.story == ["team-a account_quota 429"])
                #expect(item.exchange.decision?.waited == 0)
            }
        }
    }

    /// Runs a proxy in which a request waits for an account that is out for long.
    private func whileWaiting(
        drain: TimeAmount,
        _ body: (ProxyUnderTest, MockUpstream, RawClient) async throws -> Void
    ) async throws {
        try await ProxyUnderTest.run(
            try spent(for: "60s"),
            accounts: ["team-a"],
            {
                $0.routing.hold = 120_000_000
                $0.dataPlane.limits.drain = drain
            }
        ) { proxy, mock in
            let client = try await proxy.client()
            try await client.send(post(RoutingSample.message(), lines: ["x-api-key: the-clients"]))
            // The policy decides to wait in the same step in which it benches the account.
            let benched = try await eventually {
                let page = "GET /api/accounts HTTP/1.1\r\nHost: localhost\r\n\r\n"
                return try await proxy.answer(to: page).text.contains("cooling_down") ? true : nil
            }
            #expect(benched == true)
            try await body(proxy, mock, client)
        }
    }

    @Test("a client that leaves while its request waits is recorded as gone, and leaves nothing behind")
    func clientLeaves() async throws {
        try await whileWaiting(drain: .seconds(30)) { proxy, mock, client in
            try await client.close()
            let item = try #require(try await proxy.onlyRecorded())
            #expect(item.story == ["team-a account_quota 429"])
            #expect(item.exchange.ending == .clientCancelled)
            #expect(item.exchange.response == nil)
            let decision = try #require(item.exchange.decision)
            #expect(decision.because == "held until an account was back; the exchange ended before")
            #expect(decision.waited > 0)
            // Nothing is open that the end would have to wait for.
            let clock = ContinuousClock()
            let start = clock.now
            await proxy.server.drain()
            #expect(clock.now - start < .seconds(10))
            #expect(mock.received().count == 1)
        }
    }

    @Test("a request that still waits when the proxy has to stop gets a 503 and is recorded")
    func proxyStops() async throws {
        try await whileWaiting(drain: .milliseconds(300)) { proxy, mock, client in
            async let drained: Void = proxy.server.drain()
            let answer = await client.readResponse()
            await drained
            #expect(answer.status == 503)
            #expect(answer.isWhole)
            #expect(answer.values("x-tapedeck-error") == ["unavailable"])
            #expect(answer.text.contains("the proxy was stopped"))
            let item = try #require(try proxy.recorded(answer))
            #expect(item.story == ["team-a account_quota 429"])
            #expect(item.exchange.response?.status == 503)
            #expect(item.responseText == answer.text)
            let decision = try #require(item.exchange.decision)
            #expect(decision.because == "held until an account was back; the exchange ended before")
            #expect(decision.waited >= 200_000)
            #expect(mock.received().count == 1)
        }
    }
}
