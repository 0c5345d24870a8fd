import Foundation
import Recorder
import Testing

@testable import ProxyRuntime

@Suite("Routing between two starts")
struct RoutingSnapshotTests {
    @Test("cool-downs, conversations and counts are there again")
    func roundTrip() throws {
        var sample = PolicySample(["a", "b"])
        sample.serve(sample.request(session: "s"))
        _ = sample.arrive(sample.request(pin: "b"), then: .quota(until: sample.later(600)))
        var written = sample.policy.snapshot(at: sample.now)
        written.sessions = sample.policy.sessionStates()
        let data = try JSONEncoder().encode(written)
        let snapshot = try JSONDecoder().decode(RoutingSnapshot.self, from: data)

        var next = PolicySample(["b", "a"])
        next.policy.restore(snapshot, at: next.now)
        #expect(next.cooldowns("b") == sample.cooldowns("b"))
        #expect(next.policy.snapshot(at: next.now).accounts.map(\.requests) == [1, 1])
        let decision = next.arrive(next.request(session: "s")).1
        #expect(decision.account == "a")
        #expect(next.arrive(next.request(session: "t")).1.account == "a")
    }

    @Test("what is over by then, and what was forced, is not taken over")
    func expired() {
        var sample = PolicySample(["a"]) { $0.forcedRetryAfter = 600 }
        _ = sample.arrive(sample.request(), then: AttemptOutcome(kind: .forced))
        _ = sample.arrive(sample.request(family: "opus"), then: .quota(until: sample.later(5), window: "7d_oi"))
        let snapshot = sample.policy.snapshot(at: sample.now)
        #expect(snapshot.accounts[0].cooldowns.count == 2)
        var next = PolicySample(["a"])
        next.policy.restore(snapshot, at: next.later(6))
        #expect(next.cooldowns("a").isEmpty)
    }

    @Test("sessions are bounded: the least recently used are forgotten")
    func bounded() {
        var sample = PolicySample(["a", "b"]) { $0.sessionLimit = 100 }
        for number in 0..<500 {
            sample.pass(seconds: 1)
            sample.serve(sample.request(session: "s\(number)"))
        }
        let sessions = sample.policy.sessionStates()
        #expect(sessions.count <= 100)
        #expect(sessions.last?.key == SessionKey("s499".utf8, scope: nil).text)
        #expect(sessions.first.map { $0.lastUsed > PolicySample.start } ?? false)
    }
}
