import Recorder
import Testing

@testable import ProxyRuntime

/// Sequences of events that once went wrong.
@Suite("Routing, once wrong")
struct RoutingRegressionTests {
    @Test("an account on overage is what is left when the other one fails")
    func overageIsLeft() {
        var sample = PolicySample()
        let good = AttemptOutcome.quota(until: sample.later(1000), window: "7d", status: 200)
        var (route, decision) = sample.arrive(sample.request(), then: good)
        #expect(decision.account == "b")
        decision = sample.policy.attemptEnded(&route, .quota(until: sample.later(100)), at: sample.now)
        #expect(decision.account == "a")
        #expect(sample.policy.attemptEnded(&route, good, at: sample.now).isUpstreamAnswer)
    }

    @Test("a good answer is not given up for an account that is being tried out")
    func overageBesideProbe() {
        var sample = PolicySample()
        _ = sample.arrive(sample.request(pin: "b"), then: .answer(.auth, 401))
        sample.pass(seconds: 11)
        let good = AttemptOutcome.quota(until: sample.later(1000), window: "7d", status: 200)
        #expect(sample.arrive(sample.request(pin: "a"), then: good).1.isUpstreamAnswer)
    }

    @Test("a good answer of a request that was carried out is not thrown away")
    func overageUnrepeatable() {
        var sample = PolicySample()
        let good = AttemptOutcome.quota(until: sample.later(1000), window: "7d", status: 200)
        #expect(sample.arrive(sample.request(isRepeatable: false), then: good).1.isUpstreamAnswer)
    }

    @Test("streams that break together are one fault")
    func oneBlip() {
        var sample = PolicySample(["a"])
        var routes = (0..<12).map { _ in sample.arrive(sample.request()).0 }
        sample.pass(seconds: 1)
        for index in routes.indices {
            sample.policy.committed(&routes[index], RateLimitReport(), at: sample.now)
            sample.policy.ended(&routes[index], AttemptOutcome(kind: .streamError), at: sample.now)
        }
        #expect(sample.cooldowns("a").first?.until == sample.later(1))
        sample.pass(seconds: 1)
        #expect(sample.arrive(sample.request()).1.because == "only account")
    }

    @Test("keys that are refused together are refused once")
    func oneRefusal() {
        var sample = PolicySample(["a"])
        var routes = (0..<8).map { _ in sample.arrive(sample.request()).0 }
        for index in routes.indices {
            sample.pass(seconds: 0.001)
            _ = sample.policy.attemptEnded(&routes[index], .answer(.auth, 403), at: sample.now)
        }
        #expect((sample.cooldowns("a").first?.until ?? sample.now) <= sample.later(10))
    }

    @Test("an account that is back in a second is not told as a window of hours")
    func mixedReturn() throws {
        var sample = PolicySample()
        var (route, _) = sample.arrive(sample.request(), then: .quota(until: sample.later(14_400)))
        let decision = sample.policy.attemptEnded(&route, .answer(.serverError, 500), at: sample.now)
        let exhaustion = try #require(decision.exhaustion)
        #expect(exhaustion.status == 429)
        #expect(exhaustion.headers.map(\.name) == ["retry-after", "x-should-retry"])
        #expect(exhaustion.retryAfter == 1)
    }

    @Test("an account whose key is refused is no capacity that returns")
    func refusedKeyReturns() throws {
        var sample = PolicySample()
        var (route, _) = sample.arrive(sample.request(), then: .quota(until: sample.later(14_400)))
        let decision = sample.policy.attemptEnded(&route, .answer(.auth, 401), at: sample.now)
        #expect(decision.exhaustion?.retryAfter == 14_400)
    }

    @Test("streams that run keep nobody out after an empty bucket")
    func longStreams() {
        var sample = PolicySample(["a"])
        for _ in 0..<20 {
            var (route, _) = sample.arrive(sample.request(family: "opus"))
            sample.policy.committed(&route, RateLimitReport(), at: sample.now)
        }
        _ = sample.arrive(sample.request(family: "opus"), then: .retryAfter(.rateLimitKey, 429, seconds: 4))
        #expect(sample.arrive(sample.request(family: "haiku")).1.account == "a")
        sample.pass(seconds: 4)
        #expect(sample.arrive(sample.request(family: "opus")).1.account == "a")
    }

    @Test("a refused request of an account on overage goes back unchanged, and the account serves on")
    func refusedBesideWindow() {
        var sample = PolicySample(["a"])
        let limits = AttemptOutcome.quota(until: sample.later(1000), window: "7d").limits
        #expect(sample.arrive(sample.request(), then: .answer(.invalidRequest, 400, limits)).1.isUpstreamAnswer)
        #expect(sample.arrive(sample.request()).1.because == "nothing else is left; it serves beyond its window")
    }

    @Test("an account that came back while another one was asked is not waited past")
    func cameBackMeanwhile() {
        var sample = PolicySample()
        var (route, decision) = sample.arrive(sample.request(), then: .retryAfter(.rateLimitKey, 429, seconds: 2))
        sample.pass(seconds: 5)
        decision = sample.policy.attemptEnded(&route, .retryAfter(.rateLimitKey, 429, seconds: 30), at: sample.now)
        #expect(decision.waitEnd == sample.later(0.1))
        sample.pass(seconds: 0.1)
        #expect(sample.policy.waitEnded(&route, at: sample.now).account == "a")
    }

    @Test("nobody is held for an account that this request may not try again")
    func heldForNothing() {
        var sample = PolicySample(["a"]) { $0.hold = 30_000_000 }
        #expect(sample.arrive(sample.request(), then: .answer(.auth, 401)).1.exhaustion?.status == 502)
    }

    @Test("a wait ends with whoever is back first, also when an account is resumed")
    func firstBack() {
        var sample = PolicySample()
        _ = sample.arrive(sample.request(pin: "b"), then: .quota(until: sample.later(5)))
        var (route, decision) = sample.arrive(sample.request(), then: .retryAfter(.rateLimitKey, 429, seconds: 50))
        #expect(decision.waitEnd == sample.later(5))
        sample.pass(seconds: 1)
        sample.policy.use(["a", "b", "c"].map { RoutedAccount(name: $0) })
        decision = sample.policy.waitEnded(&route, at: sample.now)
        #expect(decision.account == "c")
    }

    @Test("a probe whose answer runs keeps nobody out, and one that hangs only for a while")
    func probes() {
        var sample = PolicySample(["a"])
        _ = sample.arrive(sample.request(), then: .answer(.auth, 401))
        sample.pass(seconds: 10)
        var (probe, _) = sample.arrive(sample.request())
        var (other, decision) = sample.arrive(sample.request())
        #expect(decision.waitEnd != nil)
        sample.pass(seconds: 30)
        decision = sample.policy.waitEnded(&other, at: sample.now)
        #expect(decision.account == "a")
        sample.policy.committed(&probe, RateLimitReport(), at: sample.now)
        _ = sample.arrive(sample.request(), then: .answer(.auth, 401))
        sample.pass(seconds: 300)
        #expect(sample.arrive(sample.request()).1.account == "a")
    }

    @Test("with attempts used up and an account free the client is told to come at once")
    func attemptsUsedUp() {
        var sample = PolicySample { $0.maxAttempts = 1 }
        let exhaustion = sample.arrive(sample.request(), then: .quota(until: sample.later(9000))).1.exhaustion
        #expect(exhaustion?.retryAfter == 1)
        #expect(exhaustion?.windowReset == nil)
    }

    @Test("an answer of an account that was removed meanwhile is given on where it is one")
    func removedMeanwhile() {
        var sample = PolicySample()
        var (route, _) = sample.arrive(sample.request(isRepeatable: false))
        var (other, _) = sample.arrive(sample.request(pin: "a"))
        sample.policy.use([RoutedAccount(name: "c")])
        #expect(
            sample.policy.attemptEnded(&route, AttemptOutcome(kind: .timeout), at: sample.now).exhaustion?.status == 504
        )
        #expect(sample.policy.attemptEnded(&other, .answer(.invalidRequest, 400), at: sample.now).isUpstreamAnswer)
    }

    @Test("what is known of one key is not restored for another under its name")
    func otherKey() {
        var sample = PolicySample(["env-1"])
        _ = sample.arrive(sample.request(), then: .quota(until: sample.later(100_000)))
        let snapshot = sample.policy.snapshot(at: sample.now)
        var next = PolicySample([])
        next.policy.use([RoutedAccount(name: "env-1", tag: "new")])
        next.policy.restore(snapshot, at: next.now)
        #expect(next.cooldowns("env-1").isEmpty)
    }

    @Test("a conversation that is away stays away over a restart")
    func awayOverRestart() {
        var sample = PolicySample(["a", "b", "c"])
        sample.serve(sample.request(session: "s"))
        _ = sample.arrive(sample.request(pin: "a"), then: .quota(until: sample.later(600)))
        #expect(sample.serve(sample.request(session: "s")) == "b")
        var snapshot = sample.policy.snapshot(at: sample.now)
        snapshot.sessions = sample.policy.sessionStates()
        var next = PolicySample(["a", "b", "c"])
        next.policy.restore(snapshot, at: next.now)
        for _ in 0..<3 { next.serve(next.request(pin: "b")) }
        #expect(next.serve(next.request(session: "s")) == "b")
    }

    @Test("a quota in force is not tried because an overload ends later")
    func quotaBesideOverload() {
        var sample = PolicySample(["a"])
        var (first, _) = sample.arrive(sample.request())
        var (second, _) = sample.arrive(sample.request())
        _ = sample.policy.attemptEnded(&first, .quota(until: sample.later(30)), at: sample.now)
        _ = sample.policy.attemptEnded(&second, .retryAfter(.overloaded, 529, seconds: 60), at: sample.now)
        #expect(sample.arrive(sample.request()).1.exhaustion?.status == 429)
    }

    @Test("a bucket that takes long to fill is not waited for")
    func slowBucket() {
        var sample = PolicySample(["a"])
        var bucket = LimitBucket(name: "requests")
        (bucket.limit, bucket.remaining, bucket.reset) = (50, 0, sample.later(36_000))
        var limits = RateLimitReport()
        limits.buckets = [bucket]
        sample.serve(sample.request(), limits)
        #expect(sample.arrive(sample.request()).1.exhaustion?.status == 429)
    }

    @Test("a reset that is only guessed does not shorten one that was named")
    func guessedReset() {
        var sample = PolicySample(["a"])
        var (first, _) = sample.arrive(sample.request())
        var (second, _) = sample.arrive(sample.request())
        _ = sample.policy.attemptEnded(&first, .quota(until: sample.later(14_400)), at: sample.now)
        var vague = AttemptOutcome.quota(until: nil)
        vague.limits.retryAfter = 30_000_000
        _ = sample.policy.attemptEnded(&second, vague, at: sample.now)
        #expect(sample.cooldowns("a").map(\.until) == [sample.later(14_400)])
        // The record names no change, as there is none.
        #expect(second.cooldown == nil)
    }

    @Test("an answer between faults begins their count anew")
    func answersBetween() {
        var sample = PolicySample(["a"])
        for _ in 0..<3 {
            for _ in 0..<4 {
                _ = sample.arrive(sample.request(), then: .answer(.serverError, 500))
                sample.pass(seconds: 20)
            }
            _ = sample.arrive(sample.request(), then: .answer(.invalidRequest, 400))
        }
        _ = sample.arrive(sample.request(), then: .answer(.serverError, 500))
        #expect(sample.cooldowns("a").first?.until == sample.later(1))
    }

    @Test("made-up models do not crowd out the buckets of real ones")
    func manyFamilies() {
        var sample = PolicySample(["a"])
        var bucket = LimitBucket(name: "requests")
        (bucket.limit, bucket.remaining, bucket.reset) = (50, 0, sample.later(60))
        var limits = RateLimitReport()
        limits.buckets = [bucket]
        for number in 0..<40 {
            sample.pass(seconds: 0.001)
            sample.serve(sample.request(family: "made-up-\(number)"), limits)
        }
        sample.serve(sample.request(family: "opus"), limits)
        #expect(sample.policy.accounts[0].buckets.count <= 32)
        #expect(sample.arrive(sample.request(family: "opus")).1.waitEnd != nil)
    }

    @Test("that the time for a request is over is no fault of the account that had it last")
    func deadline() {
        var sample = PolicySample(["a", "b"]) { $0.requestDeadline = 10_000_000 }
        var (route, decision) = sample.arrive(sample.request(), then: .retryAfter(.throttle, 429, seconds: 8))
        sample.now = decision.waitEnd ?? sample.now
        decision = sample.policy.waitEnded(&route, at: sample.now)
        #expect(decision.account == "a")
        sample.now = PolicySample.start.advanced(byMicroseconds: 10_000_000)
        var outcome = AttemptOutcome(kind: .timeout)
        outcome.isDeadline = true
        #expect(sample.policy.attemptEnded(&route, outcome, at: sample.now).exhaustion != nil)
        #expect(sample.cooldowns("a").isEmpty)
    }

    @Test("where limits are forced, accounts in a cool-down answer as well")
    func forcedBesideCooldown() {
        var before = PolicySample(["a"])
        _ = before.arrive(before.request(), then: .quota(until: before.later(9000)))
        var sample = PolicySample(["a"]) { $0.forcedRetryAfter = 7 }
        sample.policy.restore(before.policy.snapshot(at: before.now), at: sample.now)
        guard case .attempt(let choice) = sample.arrive(sample.request()).1 else {
            Issue.record("no attempt")
            return
        }
        #expect(choice.isForced)
    }
}
