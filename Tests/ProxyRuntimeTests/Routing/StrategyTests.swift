import Recorder
import Testing

@testable import ProxyRuntime

@Suite("Strategies")
struct StrategyTests {
    // MARK: - What all have in common

    @Test("every strategy chooses a free account and says why it passed the others over", arguments: Strategy.allCases)
    func contract(_ strategy: Strategy) {
        var sample = PolicySample(["a", "b", "c"], strategy: strategy)
        _ = sample.arrive(sample.request(session: "s"), then: .quota(until: sample.later(1000)))
        let out = ["a", "b", "c"].first { !sample.cooldowns($0).isEmpty }
        sample.policy.use([
            RoutedAccount(name: "a"), RoutedAccount(name: "b", isPaused: out != "b"),
            RoutedAccount(name: "c", isPaused: out == "b"),
        ])
        let paused = out == "b" ? "c" : "b"
        for session in 0..<9 {
            let decision = sample.arrive(sample.request(session: "s\(session)")).1
            #expect(decision.account != nil && decision.account != out && decision.account != paused)
            #expect(Set(decision.rejected.map(\.account)).count == 2)
            #expect(decision.rejected.first { $0.account == paused }?.because == "paused")
            #expect(
                decision.rejected.first { $0.account == out }?.because.hasPrefix("cooling down for 17 min until ")
                    ?? false
            )
            #expect(decision.rejected.allSatisfy { !$0.because.isEmpty })
        }
    }

    @Test("every strategy obeys a pin, and answers for it alone", arguments: Strategy.allCases)
    func pin(_ strategy: Strategy) {
        var sample = PolicySample(["a", "b"], strategy: strategy)
        let decision = sample.arrive(sample.request(pin: "b")).1
        #expect(decision.account == "b")
        #expect(decision.because == "x-tapedeck-account asks for it")
        let spent = sample.arrive(sample.request(pin: "b"), then: .quota(until: sample.later(100))).1
        #expect(spent.exhaustion?.status == 429)
        #expect(sample.arrive(sample.request(pin: "x")).1.exhaustion?.status == 400)
    }

    // MARK: - Session

    @Test("a conversation stays with its account, and others go where most is left")
    func sticky() {
        var sample = PolicySample(["a", "b"])
        var half = RateLimitReport()
        var window = LimitWindow(name: "5h")
        window.utilization = 0.5
        half.windows = [window]
        #expect(sample.serve(sample.request(session: "one"), half) == "a")
        #expect(sample.serve(sample.request(session: "two")) == "b")
        #expect(sample.serve(sample.request(session: "three")) == "b")
        #expect(sample.serve(sample.request(session: "one")) == "a")
    }

    @Test("a conversation is let go when its time is over")
    func sessionTimeout() {
        var sample = PolicySample(["a", "b"]) { $0.sessionTimeout = 100_000_000 }
        #expect(sample.serve(sample.request(session: "s")) == "a")
        sample.pass(seconds: 99)
        #expect(sample.arrive(sample.request(session: "s")).1.because == "the session's account")
        sample.pass(seconds: 101)
        #expect(sample.arrive(sample.request(session: "s")).1.because.hasPrefix("new session"))
    }

    @Test("a conversation whose account is out goes elsewhere and comes back while its cache is there")
    func comesBack() {
        var sample = PolicySample(["a", "b"])
        sample.serve(sample.request(session: "s"))
        _ = sample.arrive(sample.request(session: "x", pin: "a"), then: .quota(until: sample.later(60)))
        #expect(sample.arrive(sample.request(session: "s")).1.because == "the session's account a is out")
        #expect(sample.serve(sample.request(session: "s")) == "b")
        sample.pass(seconds: 61)
        let back = sample.arrive(sample.request(session: "s")).1
        #expect(back.account == "a")
        #expect(back.because == "the session's account is back")
    }

    @Test("a conversation stays where it went when its cache at its account is gone")
    func cacheGone() {
        var sample = PolicySample(["a", "b"])
        sample.serve(sample.request(session: "s"))
        _ = sample.arrive(sample.request(session: "x", pin: "a"), then: .quota(until: sample.later(600)))
        #expect(sample.serve(sample.request(session: "s")) == "b")
        sample.pass(seconds: 601)
        let stays = sample.arrive(sample.request(session: "s")).1
        #expect(stays.account == "b")
        #expect(stays.because == "the session stays: its cache at a is gone")
        #expect(sample.arrive(sample.request(session: "s")).1.because == "the session's account")
    }

    @Test("a conversation belongs to the account that served it, not to one that only refused it")
    func refusedFirst() {
        var sample = PolicySample(["a", "b"])
        var (route, decision) = sample.arrive(sample.request(session: "s"), then: .quota(until: sample.later(60)))
        #expect(decision.account == "b")
        sample.policy.committed(&route, RateLimitReport(), at: sample.now)
        sample.policy.ended(&route, AttemptOutcome(kind: .success, status: 200), at: sample.now)
        sample.pass(seconds: 61)
        decision = sample.arrive(sample.request(session: "s")).1
        #expect(decision.account == "b")
    }

    @Test("equal sessions of two client keys are two")
    func scopes() {
        #expect(SessionKey("s".utf8, scope: "alice") != SessionKey("s".utf8, scope: "bob"))
        #expect(SessionKey("s".utf8, scope: nil) == SessionKey("s".utf8, scope: nil))
        let key = SessionKey("s".utf8, scope: "alice")
        #expect(SessionKey(text: key.text) == key)
    }

    @Test("new conversations that come at once are spread evenly")
    func spread() {
        var sample = PolicySample(["a", "b", "c"])
        var counts: [String: Int] = [:]
        for number in 0..<99 {
            let decision = sample.arrive(sample.request(session: "\(number)")).1
            counts[decision.account ?? "none", default: 0] += 1
        }
        #expect(counts == ["a": 33, "b": 33, "c": 33])
    }

    // MARK: - The others

    @Test("round-robin takes turns and leaves out who is out")
    func roundRobin() {
        var sample = PolicySample(["a", "b", "c"], strategy: .roundRobin)
        func next() -> String? { sample.serve(sample.request()) }
        #expect([next(), next(), next(), next()] == ["a", "b", "c", "a"])
        _ = sample.arrive(sample.request(pin: "c"), then: .quota(until: sample.later(100)))
        #expect([next(), next(), next()] == ["b", "a", "b"])
    }

    @Test("least-used goes where most is left, for every request anew")
    func leastUsed() {
        var sample = PolicySample(["a", "b"], strategy: .leastUsed)
        func used(_ share: Double) -> RateLimitReport {
            var report = RateLimitReport()
            var window = LimitWindow(name: "7d")
            window.utilization = share
            report.windows = [window]
            return report
        }
        #expect(sample.serve(sample.request(session: "s"), used(0.6)) == "a")
        #expect(sample.serve(sample.request(session: "s"), used(0.7)) == "b")
        #expect(sample.serve(sample.request(session: "s"), used(0.8)) == "a")
        #expect(sample.serve(sample.request(session: "s")) == "b")
    }

    @Test("priority fills the first account and spills over")
    func priority() {
        var sample = PolicySample(["a", "b"], strategy: .priority)
        sample.policy.use([RoutedAccount(name: "a", priority: 2), RoutedAccount(name: "b", priority: 1)])
        #expect(sample.serve(sample.request()) == "b")
        _ = sample.arrive(sample.request(), then: .quota(until: sample.later(100)))
        #expect(sample.serve(sample.request()) == "a")
        sample.pass(seconds: 101)
        #expect(sample.serve(sample.request()) == "b")
    }
}
