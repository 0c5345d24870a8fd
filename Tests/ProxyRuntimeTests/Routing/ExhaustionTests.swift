import Recorder
import Testing

@testable import ProxyRuntime

@Suite("When nothing is left")
struct ExhaustionTests {
    /// Asks accounts until there is an answer; each says what it is to say.
    private func answer(_ outcomes: [AttemptOutcome], _ sample: inout PolicySample) -> RoutingDecision {
        var (route, decision) = sample.arrive(sample.request(family: "opus"))
        for _ in 0..<50 {
            switch decision {
            case .attempt(let choice):
                let index = choice.account == "a" ? 0 : 1
                decision = sample.policy.attemptEnded(&route, outcomes[index], at: sample.now)
            case .wait(let until, _):
                sample.now = until
                decision = sample.policy.waitEnded(&route, at: sample.now)
            case .answer:
                return decision
            }
        }
        return decision
    }

    @Test("quotas: 429 with the earliest return, and the headers that Claude Code shows the reset by")
    func quota() throws {
        var sample = PolicySample()
        var second = AttemptOutcome.quota(until: sample.later(500), window: "7d")
        second.limits.claim = "seven_day"
        let decision = answer([.quota(until: sample.later(4980)), second], &sample)
        let exhaustion = try #require(decision.exhaustion)
        #expect(exhaustion.status == 429)
        #expect(exhaustion.retryAfter == 500)
        #expect(exhaustion.message.hasSuffix("capacity returns at \(sample.later(500).secondsText)"))
        #expect(!exhaustion.message.contains("a,"))
        let lines = exhaustion.headers.map { "\($0.name): \($0.value)" }
        let prefix = "anthropic-ratelimit-unified-"
        #expect(
            lines == [
                "retry-after: 500", "x-should-retry: false", prefix + "status: rejected",
                prefix + "representative-claim: seven_day",
                prefix + "reset: \(sample.later(500).microseconds / 1_000_000)",
            ]
        )
        #expect(decision.rejected.map(\.account) == ["a", "b"])
    }

    @Test("overloads only: 503 with retry-after and no unified headers")
    func overloads() throws {
        var sample = PolicySample()
        let outcome = AttemptOutcome.retryAfter(.overloaded, 529, seconds: 20)
        let exhaustion = try #require(answer([outcome, outcome], &sample).exhaustion)
        #expect(exhaustion.status == 503)
        #expect(exhaustion.headers.map(\.name) == ["retry-after", "x-should-retry"])
        #expect(exhaustion.retryAfter == 20)
    }

    @Test("server errors only: the last of them")
    func serverErrors() {
        var sample = PolicySample()
        #expect(answer([.answer(.serverError, 500), .answer(.serverError, 503)], &sample).isUpstreamAnswer)
    }

    @Test("refused keys and no connection: 502, never 401 or 403")
    func authAndNetwork() {
        var sample = PolicySample()
        #expect(answer([.answer(.auth, 401), AttemptOutcome(kind: .network)], &sample).exhaustion?.status == 502)
        // And so it stays while they are left alone.
        #expect(answer([.answer(.auth, 401), .answer(.auth, 403)], &sample).exhaustion?.status == 502)
    }

    @Test("all paused: 503")
    func paused() {
        var sample = PolicySample()
        sample.policy.use([RoutedAccount(name: "a", isPaused: true), RoutedAccount(name: "b", isPaused: true)])
        let exhaustion = sample.arrive(sample.request()).1.exhaustion
        #expect(exhaustion?.status == 503)
        #expect(exhaustion?.message == "every account of this proxy is paused")
    }

    @Test("an account that still accepts a part is tried again now and then")
    func acceptsSome() {
        var sample = PolicySample(["a"])
        var outcome = AttemptOutcome.quota(until: sample.later(13_262))
        outcome.limits.fallbackPercentage = 0.5
        #expect(sample.arrive(sample.request(), then: outcome).1.exhaustion?.status == 429)
        #expect(sample.arrive(sample.request()).1.exhaustion?.status == 429)
        sample.pass(seconds: 60)
        #expect(sample.arrive(sample.request()).1.account == "a")
        #expect(sample.arrive(sample.request()).1.exhaustion?.status == 429)
    }

    @Test("with --hold a request waits for an account that is back in time, and no longer")
    func hold() {
        var sample = PolicySample(["a"]) { $0.hold = 30_000_000 }
        var (route, decision) = sample.arrive(sample.request(), then: .quota(until: sample.later(25)))
        #expect(decision.waitEnd == sample.later(25))
        sample.pass(seconds: 25)
        decision = sample.policy.waitEnded(&route, at: sample.now)
        #expect(decision.account == "a")
        decision = sample.policy.attemptEnded(&route, .quota(until: sample.later(25)), at: sample.now)
        #expect(decision.exhaustion?.status == 429)
    }

    @Test("attempts and time are bounded")
    func bounds() {
        var sample = PolicySample(["a", "b", "c"]) { $0.maxAttempts = 2 }
        var (route, decision) = sample.arrive(sample.request(), then: .answer(.serverError, 500))
        decision = sample.policy.attemptEnded(&route, .answer(.serverError, 500), at: sample.now)
        #expect(decision.isUpstreamAnswer)
        #expect(decision.because.hasPrefix("2 attempts are made"))

        var slow = PolicySample(["a", "b"]) { $0.requestDeadline = 10_000_000 }
        (route, _) = slow.arrive(slow.request())
        slow.pass(seconds: 10)
        decision = slow.policy.attemptEnded(&route, AttemptOutcome(kind: .timeout), at: slow.now)
        #expect(decision.exhaustion?.status == 504)
    }

    @Test("forced limits: every account answers 429, and nothing is left of it for the next request")
    func forced() throws {
        var sample = PolicySample(["a", "b"]) { $0.forcedRetryAfter = 60 }
        for _ in 0..<2 {
            var (route, decision) = sample.arrive(sample.request())
            for name in ["a", "b"] {
                guard case .attempt(let choice) = decision else { break }
                #expect(choice.isForced)
                #expect(["a", "b"].contains(choice.account ?? name))
                decision = sample.policy.attemptEnded(&route, AttemptOutcome(kind: .forced), at: sample.now)
            }
            #expect(decision.exhaustion?.status == 429)
            #expect(decision.exhaustion?.retryAfter == 60)
        }
        var alone = PolicySample([]) { $0.forcedRetryAfter = 7 }
        let decision = alone.arrive(alone.request(), then: AttemptOutcome(kind: .forced)).1
        #expect(decision.exhaustion?.retryAfter == 7)
    }

    @Test("without accounts there is one attempt, and its answer is the client's")
    func passThrough() {
        var sample = PolicySample([])
        let (_, first) = sample.arrive(sample.request())
        guard case .attempt(let choice) = first else { return #expect(Bool(false), "no attempt") }
        #expect(choice.account == nil)
        #expect(sample.arrive(sample.request(), then: .answer(.serverError, 500)).1.isUpstreamAnswer)
    }
}
