import Recorder
import Testing

@testable import ProxyRuntime

/// What each kind of outcome leads to, with two accounts of which the first has just answered so.
@Suite("Reactions to outcomes")
struct ReactionTests {
    enum Next: Equatable {
        case moveOn
        case again(after: Double)
        case upstream
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var outcome: AttemptOutcome
        var next: Next
        /// The kind of the cool-down with its length in seconds.
        var cooldown: (AttemptKind, Double)?
        var testDescription: String { name }
    }

    private static func later(_ seconds: Double) -> Timestamp {
        PolicySample.start.advanced(byMicroseconds: Int64(seconds * 1e6))
    }

    static let cases: [Case] = [
        Case(name: "invalid request", outcome: .answer(.invalidRequest, 400), next: .upstream),
        Case(name: "not found", outcome: .answer(.invalidRequest, 404), next: .upstream),
        Case(name: "entitlement", outcome: .answer(.entitlement, 429), next: .upstream),
        Case(name: "windowless", outcome: .answer(.windowless, 429), next: .moveOn),
        Case(
            name: "account quota",
            outcome: .quota(until: later(4980)),
            next: .moveOn,
            cooldown: (.accountQuota, 4980)
        ),
        Case(
            name: "account quota that names no reset",
            outcome: .quota(until: nil),
            next: .moveOn,
            cooldown: (.accountQuota, 300)
        ),
        Case(
            name: "model quota",
            outcome: .quota(until: later(51_811), window: "7d_oi"),
            next: .moveOn,
            cooldown: (.modelQuota, 51_811)
        ),
        Case(
            name: "credits of a model",
            outcome: .answer(.modelQuota, 429),
            next: .moveOn,
            cooldown: (.modelQuota, 300)
        ),
        Case(
            name: "spend cap that names no date",
            outcome: .answer(.spendCap, 429),
            next: .moveOn,
            cooldown: (.spendCap, 3600)
        ),
        Case(
            name: "empty bucket",
            outcome: .retryAfter(.rateLimitKey, 429, seconds: 4),
            next: .moveOn,
            cooldown: (.rateLimitKey, 4)
        ),
        Case(name: "throttle", outcome: .retryAfter(.throttle, 429, seconds: 7), next: .again(after: 7)),
        Case(
            name: "throttle of an hour",
            outcome: .retryAfter(.throttle, 429, seconds: 3600),
            next: .moveOn,
            cooldown: (.throttle, 300)
        ),
        Case(
            name: "overload that asks for a minute",
            outcome: .retryAfter(.overloaded, 529, seconds: 60),
            next: .moveOn,
            cooldown: (.overloaded, 60)
        ),
        Case(
            name: "server error",
            outcome: .answer(.serverError, 500),
            next: .moveOn,
            cooldown: (.serverError, 1)
        ),
        Case(name: "network", outcome: AttemptOutcome(kind: .network), next: .moveOn, cooldown: (.network, 1)),
        Case(name: "timeout", outcome: AttemptOutcome(kind: .timeout), next: .moveOn, cooldown: (.timeout, 1)),
        Case(name: "refused key", outcome: .answer(.auth, 401), next: .moveOn, cooldown: (.auth, 10)),
    ]

    @Test("each kind has its reaction and its cool-down", arguments: cases)
    func reaction(_ one: Case) {
        var sample = PolicySample()
        let (_, decision) = sample.arrive(sample.request(family: "opus"), then: one.outcome)
        switch one.next {
        case .moveOn:
            #expect(decision.account == "b")
        case .again(let seconds):
            // With a little chance, so that those who were throttled together do not come back together.
            let wait = decision.waitEnd ?? sample.now
            #expect(wait >= sample.later(seconds) && wait < sample.later(seconds + 0.5))
        case .upstream:
            #expect(decision.isUpstreamAnswer)
        }
        let cooldowns = sample.cooldowns("a")
        #expect(cooldowns.map(\.kind) == (one.cooldown.map { [$0.0] } ?? []))
        if let (_, seconds) = one.cooldown { #expect(cooldowns.first?.until == sample.later(seconds)) }
    }

    @Test("a cool-down names its exchange, its reason and its window")
    func cooldownFacts() throws {
        var sample = PolicySample()
        let request = sample.request(family: "opus")
        var outcome = AttemptOutcome.quota(until: sample.later(60))
        outcome.limits.claim = "five_hour"
        _ = sample.arrive(request, then: outcome)
        let cooldown = try #require(sample.cooldowns("a").first)
        #expect(cooldown.exchange == request.exchange.description)
        #expect(cooldown.reason == "5h window spent")
        #expect(cooldown.claim == "five_hour")
        #expect(cooldown.since == sample.now)
    }

    @Test("a model's quota keeps the account for other models")
    func modelQuota() {
        var sample = PolicySample(["a"])
        _ = sample.arrive(sample.request(family: "fable"), then: .quota(until: sample.later(600), window: "7d_oi"))
        #expect(sample.arrive(sample.request(family: "opus")).1.account == "a")
        #expect(sample.arrive(sample.request(family: "fable")).1.exhaustion?.status == 429)
    }

    @Test("an overload is tried again in place twice, with jitter, then the next account is asked")
    func overload() {
        var sample = PolicySample(["a", "b", "c"])
        var (route, decision) = sample.arrive(sample.request(), then: .answer(.overloaded, 529))
        var waits: [Double] = []
        for _ in 0..<2 {
            guard let until = decision.waitEnd else { break }
            waits.append(Double(until.microseconds - sample.now.microseconds) / 1e6)
            sample.now = until
            decision = sample.policy.waitEnded(&route, at: sample.now)
            #expect(decision.account == "a")
            decision = sample.policy.attemptEnded(&route, .answer(.overloaded, 529), at: sample.now)
        }
        #expect(waits.count == 2)
        #expect((0.375..<0.75).contains(waits[0]))
        #expect((0.75..<1.5).contains(waits[1]))
        #expect(decision.account == "b")
        #expect(sample.cooldowns("a").first?.until == sample.later(10))
    }

    @Test("an overload neither lengthens nor shortens what a quota says")
    func overloadBesideQuota() {
        for reset in [5.0, 5000.0] {
            var sample = PolicySample(["a"])
            var (first, _) = sample.arrive(sample.request())
            var (second, _) = sample.arrive(sample.request())
            _ = sample.policy.attemptEnded(&first, .quota(until: sample.later(reset)), at: sample.now)
            _ = sample.policy.attemptEnded(&second, .retryAfter(.overloaded, 529, seconds: 30), at: sample.now)
            let quota = sample.cooldowns("a").first { $0.kind == .accountQuota }
            #expect(quota?.until == sample.later(reset))
        }
    }

    @Test("a throttle is waited out once on the same account, then the next one is asked")
    func throttle() {
        var sample = PolicySample()
        var (route, decision) = sample.arrive(sample.request(), then: .retryAfter(.throttle, 429, seconds: 3))
        sample.now = decision.waitEnd ?? sample.now
        decision = sample.policy.waitEnded(&route, at: sample.now)
        #expect(decision.account == "a")
        #expect(decision.because == "again after a throttle of 3.0 s")
        decision = sample.policy.attemptEnded(&route, .retryAfter(.throttle, 429, seconds: 3), at: sample.now)
        #expect(decision.account == "b")
    }

    @Test("windowless refusals move on once, and then go to the client")
    func windowless() {
        var sample = PolicySample(["a", "b", "c"])
        var (route, decision) = sample.arrive(sample.request(), then: .answer(.windowless, 429))
        #expect(decision.account == "b")
        decision = sample.policy.attemptEnded(&route, .answer(.windowless, 429), at: sample.now)
        #expect(decision.isUpstreamAnswer)
        #expect(["a", "b", "c"].allSatisfy { sample.cooldowns($0).isEmpty })
    }

    @Test("one account waits for its bucket, and several don't")
    func bucket() {
        var sample = PolicySample(["a"])
        var (route, decision) = sample.arrive(sample.request(), then: .retryAfter(.rateLimitKey, 429, seconds: 4))
        #expect(decision.waitEnd == sample.later(4))
        sample.now = decision.waitEnd ?? sample.now
        decision = sample.policy.waitEnded(&route, at: sample.now)
        #expect(decision.account == "a")
    }

    @Test("a success clears what was there when its attempt began, and nothing that came since")
    func success() {
        var sample = PolicySample(["a"])
        var (early, _) = sample.arrive(sample.request())
        sample.pass(seconds: 1)
        _ = sample.arrive(sample.request(), then: .quota(until: sample.later(1000)))
        sample.pass(seconds: 1)
        sample.policy.committed(&early, RateLimitReport(), at: sample.now)
        #expect(!sample.cooldowns("a").isEmpty)
    }

    @Test("a request that may have been carried out is not sent to another account")
    func unrepeatable() {
        var sample = PolicySample()
        let lost = sample.arrive(sample.request(isRepeatable: false), then: AttemptOutcome(kind: .timeout)).1
        #expect(lost.exhaustion?.status == 504)
        var unsent = AttemptOutcome(kind: .network)
        unsent.isUnsent = true
        let next = sample.arrive(sample.request(isRepeatable: false), then: unsent).1
        #expect(next.account != nil)
    }

    @Test("a good answer that says rejected is given up only for an account that is free")
    func overage() {
        var sample = PolicySample()
        let rejected = AttemptOutcome.quota(until: sample.later(1000), window: "7d", status: 200)
        #expect(sample.arrive(sample.request(), then: rejected).1.account == "b")
        var alone = PolicySample(["a"])
        #expect(alone.arrive(alone.request(), then: rejected).1.isUpstreamAnswer)
        // It goes on serving, as nothing else is left.
        #expect(alone.arrive(alone.request()).1.because == "nothing else is left; it serves beyond its window")
    }
}
