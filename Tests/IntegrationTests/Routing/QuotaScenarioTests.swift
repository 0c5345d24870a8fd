import ProxyRuntime
import Recorder
import Replayer
import TestSupport
import Testing

/// Windows that are spent: scenarios 01, 02, 05 and 06.
@Suite("Routing scenarios: quotas", .timeLimit(.minutes(5)))
struct QuotaScenarioTests {
    private static let teams = ["team-a", "team-b"]
    private static let window = "anthropic-ratelimit-unified-5h-reset"

    @Test(
        "01, 02: the second account serves at once, the first is left alone until its window begins anew",
        arguments: ["01-account-window-spent", "02-per-window-headers-only"],
        [false, true]
    )
    func spentWindow(scenario: String, stream: Bool) async throws {
        try await ProxyUnderTest.run(try RoutingSample.scenario(scenario), accounts: Self.teams) { proxy, mock in
            let answer = try await proxy.answer(to: post(RoutingSample.message(stream: stream)))
            #expect(answer.status == 200)
            #expect(answer.isWhole)
            #expect(answer.text.contains("Hello again."))
            #expect(answer.text.hasSuffix("data: {\"type\":\"message_stop\"}\n\n") == stream)
            #expect(answer.values("retry-after") == [])
            #expect(!answer.text.contains("rate_limit_error"))
            #expect(!answer.head.contains("rejected\r\nanthropic-ratelimit-unified-5h"))

            let item = try #require(try proxy.recorded(answer))
            #expect(item.story == ["team-a account_quota 429", "team-b success 200"])
            #expect(item.exchange.decision == nil)
            #expect(item.responseBody == answer.body)
            let (refused, served) = (item.exchange.attempts[0], item.exchange.attempts[1])
            #expect(refused.because == "new session, most headroom (100%)")
            #expect(refused.rejected == [RejectedCandidate(account: "team-b", because: "less headroom")])
            #expect(refused.cooldownUntil != nil)
            #expect(refused.cooldownUntil == item.instant(Self.window, ofAttempt: 0))
            #expect(refused.cooldownReason == "5h window spent")
            #expect(served.because == "the session's account team-a is out")
            #expect(
                served.rejected == [
                    RejectedCandidate(account: "team-a", because: "tried for this request: account_quota")
                ]
            )
            #expect(served.cooldownUntil == nil)

            // The next request does not knock at the first account's door.
            let next = try await proxy.answer(to: post(RoutingSample.message(stream: stream)))
            #expect(next.status == 200)
            let second = try #require(try proxy.recorded(next))
            #expect(second.story == ["team-b success 200"])
            let passedOver = second.exchange.attempts[0].rejected
            #expect(passedOver.map(\.account) == ["team-a"])
            #expect(passedOver[0].because.hasPrefix("cooling down for "))
            #expect(passedOver[0].because.hasSuffix(" UTC: 5h window spent"))
            #expect(mock.accounts(of: Self.teams) == ["team-a", "team-b", "team-b"])
        }
    }

    @Test("05: one account that is refused is one honest 429, and is not asked again", arguments: [false, true])
    func honestRefusal(stream: Bool) async throws {
        let scenario = try RoutingSample.scenario("05-rejected-but-recovering")
        try await ProxyUnderTest.run(scenario, accounts: ["team-a"]) { proxy, mock in
            let answer = try await proxy.answer(to: post(RoutingSample.message(stream: stream)))
            let item = try #require(try proxy.recorded(answer))
            #expect(item.story == ["team-a account_quota 429"])
            let reset = try #require(item.instant(Self.window, ofAttempt: 0))
            #expect(item.exchange.attempts[0].cooldownUntil == reset)
            let decision = try #require(item.exchange.decision)
            #expect(decision.because == "every account is at a limit or out")
            #expect(decision.rejected.map(\.account) == ["team-a"])
            try expectHonest(answer, item, reset)

            let again = try await proxy.answer(to: post(RoutingSample.message(stream: stream)))
            let second = try #require(try proxy.recorded(again))
            #expect(second.story == [])
            #expect(second.exchange.decision?.because == "every account is at a limit or out")
            #expect(second.exchange.decision?.rejected.first?.because.hasPrefix("cooling down for 3.7 h") == true)
            try expectHonest(again, second, reset)
            #expect(mock.received().count == 1)
        }
    }

    /// The proxy's own 429 tells when capacity is back, and of no account.
    private func expectHonest(_ answer: RawResponse, _ item: RecordedItem, _ reset: Timestamp) throws {
        #expect(answer.status == 429)
        #expect(answer.isWhole)
        #expect(answer.values("content-type") == ["application/json"])
        #expect(answer.values("x-tapedeck-error") == ["accounts_limited"])
        let wait = try #require(answer.value("retry-after").flatMap { Int($0) })
        #expect((13_200...13_263).contains(wait))
        #expect(answer.values("x-should-retry") == ["false"])
        #expect(answer.values("anthropic-ratelimit-unified-status") == ["rejected"])
        #expect(answer.values("anthropic-ratelimit-unified-representative-claim") == ["five_hour"])
        #expect(answer.values("anthropic-ratelimit-unified-reset") == [String(reset.microseconds / 1_000_000)])
        let back = "\(reset)".prefix(19) + "Z"
        let message = "every account of this proxy has reached a limit; capacity returns at \(back)"
        let id = try #require(answer.value("x-tapedeck-exchange"))
        #expect(
            answer.text
                == #"{"type":"error","error":{"type":"rate_limit_error","message":"\#(message)"},"request_id":"\#(id)"}"#
        )
        #expect(item.responseBody == answer.body)
        #expect(item.exchange.ending == .complete)
    }

    @Test("05: an account that still accepts a part of the requests is tried again when nothing else is left")
    func recovers() async throws {
        let scenario = try RoutingSample.scenario("05-rejected-but-recovering")
        try await ProxyUnderTest.run(scenario, accounts: ["team-a"], { $0.routing.probeInterval = 1 }) { proxy, mock in
            #expect(try await proxy.answer(to: post(RoutingSample.message())).status == 429)
            let answer = try await proxy.answer(to: post(RoutingSample.message()))
            #expect(answer.status == 200)
            #expect(answer.text.contains("Hello again."))
            let item = try #require(try proxy.recorded(answer))
            #expect(item.story == ["team-a success 200"])
            #expect(
                item.exchange.attempts[0].because
                    == "nothing else is left; the upstream still accepts a part of the requests"
            )
            // The success has ended the cool-down, though its time is not over.
            let next = try await proxy.answer(to: post(RoutingSample.message()))
            #expect(try proxy.recorded(next)?.exchange.attempts.map(\.because) == ["only account"])
            #expect(mock.received().count == 3)
        }
    }

    @Test("05: other accounts go before one that is refused", arguments: [false, true])
    func prefersOthers(stream: Bool) async throws {
        let scenario = try RoutingSample.scenario("05-rejected-but-recovering")
        try await ProxyUnderTest.run(scenario, accounts: Self.teams, { $0.routing.probeInterval = 1 }) { proxy, mock in
            for _ in 0..<3 {
                let answer = try await proxy.answer(to: post(RoutingSample.message(stream: stream)))
                #expect(answer.status == 200)
            }
            #expect(mock.accounts(of: Self.teams) == ["team-a", "team-b", "team-b", "team-b"])
        }
    }

    @Test("06: a good answer that says rejected gives way to an account that is allowed", arguments: [false, true])
    func paidOverage(stream: Bool) async throws {
        let scenario = try RoutingSample.scenario("06-good-answer-rejected")
        try await ProxyUnderTest.run(scenario, accounts: Self.teams) { proxy, _ in
            let answer = try await proxy.answer(to: post(RoutingSample.message(stream: stream)))
            #expect(answer.status == 200)
            #expect(answer.text.contains("Hello again."))
            #expect(!answer.text.contains("Paid"))
            #expect(answer.values("anthropic-ratelimit-unified-status") == ["allowed"])
            let item = try #require(try proxy.recorded(answer))
            #expect(item.story == ["team-a account_quota 200", "team-b success 200"])
            let refused = item.exchange.attempts[0]
            #expect(refused.cooldownUntil == item.instant("anthropic-ratelimit-unified-7d-reset", ofAttempt: 0))
            #expect(refused.cooldownReason == "7d window spent")
            #expect(refused.failure == "given up for another account")
        }
    }

    @Test("06: without another account it is delivered unchanged", arguments: [false, true])
    func deliveredOverage(stream: Bool) async throws {
        let scenario = try RoutingSample.scenario("06-good-answer-rejected")
        try await ProxyUnderTest.run(scenario, accounts: ["team-a"]) { proxy, mock in
            let answer = try await proxy.answer(to: post(RoutingSample.message(stream: stream)))
            #expect(answer.status == 200)
            #expect(answer.isWhole)
            #expect(answer.text.contains("Paid") && answer.text.contains(stream ? "message_stop" : "serves this."))
            #expect(answer.values("anthropic-ratelimit-unified-status") == ["rejected"])
            #expect(answer.values("anthropic-ratelimit-unified-7d-status") == ["rejected"])
            #expect(answer.values("anthropic-ratelimit-unified-overage-in-use") == ["true"])
            #expect(answer.values("x-tapedeck-error") == [])
            let item = try #require(try proxy.recorded(answer))
            #expect(item.story == ["team-a account_quota 200"])
            #expect(item.exchange.attempts[0].ending == .complete)
            #expect(item.exchange.decision?.because == "no other account can serve now")
            #expect(item.responseBody == answer.body)

            let next = try await proxy.answer(to: post(RoutingSample.message(stream: stream)))
            #expect(next.values("anthropic-ratelimit-unified-status") == ["allowed"])
            let second = try #require(try proxy.recorded(next))
            #expect(second.story == ["team-a success 200"])
            #expect(second.exchange.attempts[0].because == "nothing else is left; it serves beyond its window")
            #expect(mock.received().count == 2)
        }
    }
}
