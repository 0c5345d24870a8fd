import ProxyRuntime
import Recorder
import Replayer
import TestSupport
import Testing

/// Refusals that no window explains: scenarios 03, 04, 07, 11 and 12.
@Suite("Routing scenarios: refusals", .timeLimit(.minutes(5)))
struct RefusalScenarioTests {
    private static let teams = ["team-a", "team-b"]

    @Test(
        "03: one failover, then the refusal goes to the client and no account is left alone",
        arguments: [false, true]
    )
    func windowless(stream: Bool) async throws {
        let body = RoutingSample.message(stream: stream)
        let scenario = try RoutingSample.scenario("03-windowless")
        try await ProxyUnderTest.run(scenario, accounts: Self.teams) { proxy, _ in
            let answer = try await proxy.answer(to: post(body, lines: ["X-Session-ID: one"]))
            #expect(answer.status == 429)
            #expect(answer.values("x-should-retry") == ["true"])
            #expect(answer.values("x-tapedeck-error") == [])
            #expect(answer.text.contains(#""message":"Error""#))
            let item = try #require(try proxy.recorded(answer))
            #expect(item.story == ["team-a windowless 429", "team-b windowless 429"])
            #expect(item.exchange.attempts.allSatisfy { $0.cooldownUntil == nil })
            #expect(
                item.exchange.decision?.because
                    == "refused without a window by two accounts: others would refuse it as well"
            )
            #expect(item.responseBody == item.attemptBodies[1])
            #expect(answer.body == item.attemptBodies[1])

            // Both still serve: the next refusal is one account's word against the other's.
            let next = try await proxy.answer(to: post(body, lines: ["X-Session-ID: two"]))
            #expect(next.status == 200)
            #expect(try proxy.recorded(next)?.story == ["team-a windowless 429", "team-b success 200"])
        }
    }

    @Test("03: with one account the refusal goes to the client at once")
    func windowlessAlone() async throws {
        try await ProxyUnderTest.run(try RoutingSample.scenario("03-windowless"), accounts: ["team-a"]) { proxy, _ in
            for status in [429, 429, 429, 200] {
                let answer = try await proxy.answer(to: post(RoutingSample.message()))
                #expect(answer.status == status)
                let kind = status == 429 ? "windowless" : "success"
                #expect(try proxy.recorded(answer)?.story == ["team-a \(kind) \(status)"])
            }
        }
    }

    @Test("04: another account takes over from an empty bucket at once", arguments: [false, true])
    func emptyBucket(stream: Bool) async throws {
        let scenario = try RoutingSample.scenario("04-api-key-bucket")
        try await ProxyUnderTest.run(scenario, accounts: Self.teams) { proxy, _ in
            let answer = try await proxy.answer(to: post(RoutingSample.message(stream: stream)))
            #expect(answer.status == 200)
            #expect(answer.text.contains("Hello again."))
            #expect(answer.values("retry-after") == [])
            let item = try #require(try proxy.recorded(answer))
            #expect(item.story == ["team-a rate_limit_key 429", "team-b success 200"])
            #expect(item.exchange.attempts[0].cooldownReason == "bucket empty: input-tokens, tokens")
            // Not until a bucket is full again, but as long as it was asked to wait.
            let seconds = try #require(item.cooldownSeconds(ofAttempt: 0))
            #expect((3.5...4.5).contains(seconds))
            #expect(item.exchange.attempts[1].waited == 0)
        }
    }

    @Test("04: one account waits as long as it is told, and then serves")
    func emptyBucketAlone() async throws {
        var scenario = try RoutingSample.scenario("04-api-key-bucket")
        scenario.rules[0].answer.set("retry-after", "1")
        try await ProxyUnderTest.run(scenario, accounts: ["team-a"]) { proxy, _ in
            let answer = try await proxy.answer(to: post(RoutingSample.message()))
            #expect(answer.status == 200)
            let item = try #require(try proxy.recorded(answer))
            #expect(item.story == ["team-a rate_limit_key 429", "team-a success 200"])
            #expect(item.exchange.attempts[1].waited >= 900_000)
        }
    }

    @Test(
        "07: a limit of a family benches the family, and the account stays for other models",
        arguments: [false, true]
    )
    func modelScoped(stream: Bool) async throws {
        let fable = RoutingSample.message(stream: stream, model: "claude-fable-5")
        let sonnet = RoutingSample.message(stream: stream)
        try await ProxyUnderTest.run(try RoutingSample.scenario("07-model-scoped"), accounts: Self.teams) {
            proxy,
            mock in
            let answer = try await proxy.answer(to: post(fable))
            #expect(answer.status == 429)
            #expect(answer.values("x-tapedeck-error") == ["accounts_limited"])
            let item = try #require(try proxy.recorded(answer))
            #expect(item.story == ["team-a model_quota 429", "team-b model_quota 429"])
            #expect(item.exchange.attempts[0].cooldownReason == "credits used up for fable, no reset named")
            #expect(item.cooldownSeconds(ofAttempt: 0).map { (298...301).contains($0) } == true)
            let reset = try #require(item.instant("anthropic-ratelimit-unified-7d_oi-reset", ofAttempt: 1))
            #expect(item.exchange.attempts[1].cooldownUntil == reset)
            #expect(item.exchange.attempts[1].cooldownReason == "7d_oi window spent for fable")
            // The one that is back first decides what the client is told, and its end is only guessed.
            #expect(answer.value("retry-after").flatMap { Int($0) }.map { (298...300).contains($0) } == true)
            #expect(answer.values("anthropic-ratelimit-unified-representative-claim") == [])

            let pin = ["x-tapedeck-account: team-b"]
            let other = try await proxy.answer(to: post(sonnet, lines: pin))
            #expect(other.status == 200)
            #expect(try proxy.recorded(other)?.story == ["team-b success 200"])
            let same = try await proxy.answer(to: post(fable, lines: pin))
            #expect(same.status == 429)
            let refused = try #require(try proxy.recorded(same))
            #expect(refused.story == [])
            #expect(refused.exchange.decision?.rejected.map(\.account) == ["team-b"])
            #expect(refused.exchange.decision?.because == "every account is at a limit or out")
            let free = try await proxy.answer(to: post(sonnet, lines: ["x-tapedeck-account: team-a"]))
            #expect(try proxy.recorded(free)?.story == ["team-a success 200"])
            #expect(mock.received().count == 4)
        }
    }

    /// A row of scenario 11.
    struct Refusal: Sendable, CustomTestStringConvertible {
        var rule: Int
        /// What two accounts make of it, and one.
        var pair: [String]
        var alone: [String]
        var status: Int
        /// Without: the client gets the upstream's answer as it is.
        var code: String?
        var cooldown: String?
        var seconds: ClosedRange<Double> = 0...0
        var testDescription: String { alone.joined() }
    }

    static let refusals: [Refusal] =
        [0, 1].map {
            Refusal(rule: $0, pair: ["team-a invalid_request 400"], alone: ["team-a invalid_request 400"], status: 400)
        } + [
            Refusal(
                rule: 2,
                pair: ["team-a auth 401", "team-b success 200"],
                alone: ["team-a auth 401"],
                status: 502,
                code: "upstream_unreachable",
                cooldown: "its key was refused (401)",
                seconds: 9...10.5
            ),
            Refusal(
                rule: 3,
                pair: ["team-a auth 403", "team-b success 200"],
                alone: ["team-a auth 403"],
                status: 502,
                code: "upstream_unreachable",
                cooldown: "its key was refused (403)",
                seconds: 9...10.5
            ),
            Refusal(
                rule: 4,
                pair: ["team-a spend_cap 429", "team-b success 200"],
                alone: ["team-a spend_cap 429"],
                status: 429,
                code: "accounts_limited",
                cooldown: "spend cap reached, no reset named",
                seconds: 3590...3601
            ),
            Refusal(rule: 5, pair: ["team-a entitlement 429"], alone: ["team-a entitlement 429"], status: 429),
        ]

    @Test("11: what another account cures moves on, the rest goes straight back", arguments: refusals, [false, true])
    func refusedRequests(_ row: Refusal, stream: Bool) async throws {
        let scenario = try RoutingSample.scenario("11-refused-requests", rules: [row.rule, 6])
        for accounts in [Self.teams, ["team-a"]] {
            try await ProxyUnderTest.run(scenario, accounts: accounts) { proxy, mock in
                let answer = try await proxy.answer(to: post(RoutingSample.message(stream: stream)))
                let item = try #require(try proxy.recorded(answer))
                let story = accounts.count == 2 ? row.pair : row.alone
                #expect(item.story == story)
                #expect(item.exchange.attempts[0].cooldownReason == row.cooldown)
                if row.cooldown != nil {
                    #expect(item.cooldownSeconds(ofAttempt: 0).map { row.seconds.contains($0) } == true)
                }
                #expect(answer.status == (story.count == 2 ? 200 : row.status))
                #expect(answer.isWhole)
                #expect(mock.received().count == story.count)
                if story.count == 2 {
                    #expect(answer.text.contains("Hello again."))
                    #expect(item.exchange.decision == nil)
                } else if let code = row.code {
                    #expect(answer.values("x-tapedeck-error") == [code])
                    #expect(item.exchange.decision?.rejected.map(\.account) == accounts)
                } else {
                    #expect(answer.values("x-tapedeck-error") == [])
                    #expect(answer.body == item.attemptBodies[0])
                    #expect(item.exchange.decision != nil)
                }
            }
        }
    }

    @Test("12: a throttle of Bedrock is waited out, and its frames pass unchanged")
    func bedrock() async throws {
        // The upstream's prefix leads the client's /v1/messages to the scenario's /model/….
        try await MockUpstream.run(try RoutingSample.scenario("12-bedrock")) { mock in
            let change: (inout ProxySettings) -> Void = {
                $0.accountsEnvironment = AccountsEnvironment(RoutingSample.environment(Self.teams))
            }
            try await ProxyUnderTest.run(upstream: mock.baseURL + "/model", change) { proxy in
                let answer = try await proxy.answer(to: post(RoutingSample.message(stream: true)))
                #expect(answer.status == 200)
                #expect(answer.values("content-type") == ["application/vnd.amazon.eventstream"])
                #expect(answer.isWhole)
                let item = try #require(try proxy.recorded(answer))
                // The throttle is not the account's fault: it is asked again, after two seconds as it named none.
                #expect(item.exchange.attempts.map(\.account) == ["team-a", "team-a"])
                #expect(item.kinds.first == .throttle)
                #expect(item.exchange.attempts[0].cooldownUntil == nil)
                #expect(item.exchange.attempts[1].because == "again after a throttle of 2.0 s")
                #expect(item.exchange.attempts[1].waited >= 1_900_000)
                #expect(item.exchange.attempts[1].response?.status == 200)
                #expect(answer.body.firstRange(of: Array("throttlingException".utf8)) != nil)
                #expect(item.exchange.response?.body.wireLength == answer.body.count)

                let next = try await proxy.answer(to: post(RoutingSample.message(stream: true)))
                let second = try #require(try proxy.recorded(next))
                #expect(second.story == ["team-a success 200"])
                #expect(second.exchange.ending == .complete)
                #expect(mock.received().map(\.path) == Array(repeating: "/model/v1/messages", count: 3))
            }
        }
    }
}

extension ScriptedAnswer {
    /// Changes the value of a header that is there.
    fileprivate mutating func set(_ name: String, _ value: String) {
        for index in headers.indices where headers[index].name == name { headers[index].value = value }
    }
}
