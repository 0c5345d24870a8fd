import Recorder
import Testing

@testable import ProxyRuntime

@Suite("Faults in a row")
struct BreakerTests {
    @Test("each fault in a row doubles the cool-down, and the fifth opens the breaker")
    func grows() {
        var sample = PolicySample(["a"])
        var spans: [Int64] = []
        for _ in 0..<6 {
            _ = sample.arrive(sample.request(), then: .answer(.serverError, 500))
            guard let cooldown = sample.cooldowns("a").first else { break }
            spans.append((cooldown.until.microseconds - sample.now.microseconds) / 1_000_000)
            sample.now = cooldown.until
        }
        #expect(spans == [1, 2, 4, 8, 30, 60])
    }

    @Test("a short cool-down is tried all the same when nothing else is left, an open breaker is not")
    func lastResort() {
        var sample = PolicySample(["a"])
        for count in 1...5 {
            let decision = sample.arrive(sample.request(), then: .answer(.serverError, 500)).1
            #expect(decision.isUpstreamAnswer, "fault \(count)")
        }
        let decision = sample.arrive(sample.request()).1
        #expect(decision.exhaustion?.status == 503)
        #expect(decision.exhaustion?.retryAfter == 30)
    }

    @Test("when it may be well again one request finds out; others wait for it")
    func probe() {
        var sample = PolicySample(["a"])
        for _ in 1...5 { _ = sample.arrive(sample.request(), then: .answer(.serverError, 500)) }
        sample.pass(seconds: 30)
        var (probe, decision) = sample.arrive(sample.request())
        #expect(decision.account == "a")
        var (other, waiting) = sample.arrive(sample.request())
        #expect(waiting.waitEnd != nil)
        sample.policy.committed(&probe, RateLimitReport(), at: sample.now)
        sample.policy.ended(&probe, AttemptOutcome(kind: .success, status: 200), at: sample.now)
        sample.pass(seconds: 0.1)
        decision = sample.policy.waitEnded(&other, at: sample.now)
        #expect(decision.account == "a")
        #expect(sample.cooldowns("a").isEmpty)
    }

    @Test("a key that was refused is failing until a success")
    func failing() {
        var sample = PolicySample(["a", "b"])
        _ = sample.arrive(sample.request(), then: .answer(.auth, 401))
        #expect(sample.policy.snapshot(at: sample.now).accounts[0].failingSince == sample.now)
        sample.pass(seconds: 11)
        #expect(sample.serve(sample.request(pin: "a")) == "a")
        #expect(sample.policy.snapshot(at: sample.now).accounts[0].failingSince == nil)
    }

    @Test("another key under the same name begins anew")
    func newKey() {
        var sample = PolicySample(["a"])
        _ = sample.arrive(sample.request(), then: .answer(.auth, 401))
        sample.policy.use([RoutedAccount(name: "a", tag: "other")])
        #expect(sample.arrive(sample.request()).1.account == "a")
        #expect(sample.cooldowns("a").isEmpty)
    }

    @Test("after an empty bucket requests are let in one more at a time")
    func slowStart() {
        var sample = PolicySample(["a"])
        _ = sample.arrive(sample.request(), then: .retryAfter(.rateLimitKey, 429, seconds: 2))
        sample.pass(seconds: 2)
        var (first, decision) = sample.arrive(sample.request())
        #expect(decision.account == "a")
        #expect(sample.arrive(sample.request()).1.waitEnd == sample.later(0.1))
        sample.policy.committed(&first, RateLimitReport(), at: sample.now)
        sample.policy.ended(&first, AttemptOutcome(kind: .success, status: 200), at: sample.now)
        #expect(sample.arrive(sample.request()).1.account == "a")
        decision = sample.arrive(sample.request()).1
        #expect(decision.account == "a")
        #expect(sample.arrive(sample.request()).1.waitEnd != nil)
    }

    @Test("a bucket of requests that is known to be empty is not asked before it can hold one")
    func knownEmpty() {
        var sample = PolicySample(["a"])
        var bucket = LimitBucket(name: "requests")
        (bucket.limit, bucket.remaining, bucket.reset) = (60, 0, sample.later(60))
        var limits = RateLimitReport()
        limits.buckets = [bucket]
        sample.serve(sample.request(), limits)
        #expect(sample.arrive(sample.request()).1.waitEnd == sample.later(1))
        sample.pass(seconds: 1)
        #expect(sample.arrive(sample.request()).1.account == "a")
        #expect(sample.arrive(sample.request()).1.waitEnd != nil)
    }
}
