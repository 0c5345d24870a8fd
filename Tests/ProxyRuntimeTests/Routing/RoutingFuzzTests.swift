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
        // The bounds were met, not only kept.
        #expect(crowd.kinds.count > 3)
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
