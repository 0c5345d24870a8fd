import Recorder
import TestSupport
import Testing

@testable import ProxyRuntime

/// Many requests at once over accounts that answer by chance; what must hold, holds for all of them.
@Suite("Routing by chance")
struct RoutingFuzzTests {
    @Test("one attempt at a time, within bounds, never behind the commit, and always an answer", arguments: 0..<60)
    func invariants(seed: Int) {
        var crowd = RoutingCrowd(seed: seed)
        while crowd.answered < 250, crowd.steps < 100_000 { crowd.step() }
        #expect(crowd.answered >= 250, "requests without an answer")
        crowd.finish()
        #expect(crowd.sample.policy.accounts.allSatisfy { $0.inFlight == 0 && $0.unanswered.isEmpty })
        #expect(crowd.sample.policy.accounts.allSatisfy { $0.probedAt == nil })
        #expect(crowd.complaints.isEmpty, "\(crowd.complaints.prefix(3))")
    }

    @Test("every kind of outcome occurs, and every kind of decision")
    func variety() {
        var kinds: Set<AttemptKind> = []
        var log: [String] = []
        for seed in 0..<12 {
            var crowd = RoutingCrowd(seed: seed)
            for _ in 0..<1500 { crowd.step() }
            kinds.formUnion(crowd.kinds)
            log += crowd.log
        }
        #expect(kinds.count == AttemptKind.allCases.count - 2, "all but forced and client_cancelled: \(kinds)")
        for words in [
            "again after an overload", "again after a throttle", "waited for an account", "held until",
            "it serves beyond its window", "its cool-down is a guess", "still accepts a part", "attempts are made",
            "not sent twice", "every account is at a limit", "is out", "is back", "the session's account",
        ] {
            #expect(log.contains { $0.contains(words) }, "never: \(words)")
        }
    }

    @Test("the same seed decides the same")
    func deterministic() {
        func decisions() -> [String] {
            var crowd = RoutingCrowd(seed: 3)
            for _ in 0..<2000 { crowd.step() }
            return crowd.log
        }
        let first = decisions()
        #expect(first.count > 500)
        #expect(first == decisions())
    }
}
