import NIOConcurrencyHelpers
import NIOEmbedded
import Testing

@testable import ProxyRuntime

@Suite("Memory for request bodies")
struct BodyBudgetTests {
    private let eventLoop = EmbeddedEventLoop()
    private let woken = NIOLockedValueBox([String]())

    private func take(_ budget: BodyBudget, _ bytes: Int, _ owner: Int, _ name: String = "") -> Bool {
        budget.take(bytes, owner: owner, eventLoop: eventLoop) { [woken] in woken.withLockedValue { $0.append(name) } }
    }

    @Test("is granted up to the limit and given back")
    func grants() {
        let budget = BodyBudget(limit: 100)
        #expect(take(budget, 60, 1))
        #expect(take(budget, 40, 2))
        #expect(budget.used == 100)
        budget.giveBack(60, owner: 1)
        #expect(budget.used == 40)
    }

    @Test("one body at a time may go past the limit, so that waiting ends")
    func letsOneBeyond() {
        let budget = BodyBudget(limit: 100)
        #expect(take(budget, 90, 1))
        #expect(take(budget, 20, 2))
        #expect(take(budget, 20, 2))
        #expect(!take(budget, 1, 1, "first"))
        #expect(!take(budget, 1, 3, "third"))
        #expect(budget.used == 130)
    }

    @Test("those that wait are woken once, on their event loop, when something is given back")
    func wakes() {
        let budget = BodyBudget(limit: 100)
        #expect(take(budget, 150, 1))
        #expect(!take(budget, 60, 2, "second"))
        #expect(!take(budget, 60, 3, "third"))
        budget.giveBack(150, owner: 1)
        #expect(woken.withLockedValue { $0 } == [])
        eventLoop.run()
        #expect(woken.withLockedValue { $0 } == ["second", "third"])
        budget.giveBack(0, owner: 9)
        eventLoop.run()
        #expect(woken.withLockedValue { $0.count } == 2)
    }

    @Test("the place beyond the limit goes to the next when its owner is done")
    func passesThePlaceOn() {
        let budget = BodyBudget(limit: 10)
        #expect(take(budget, 20, 1))
        #expect(!take(budget, 20, 2))
        budget.giveBack(20, owner: 1)
        #expect(take(budget, 20, 2))
        #expect(!take(budget, 20, 1))
        budget.giveBack(20, owner: 2)
        #expect(budget.used == 0)
    }
}
