import Testing

@testable import Replayer

struct AnswerIndexTests {
    private func face(_ text: String, temperature: Int = 1) -> RequestFace {
        let body = #"{"model":"m","temperature":\#(temperature),"messages":[{"role":"user","content":"\#(text)"}]}"#
        return RequestFace(method: "POST", path: "/v1/messages", query: nil, body: Array(body.utf8))
    }

    /// An index of answers, written as `text` or `text@account`, with the addresses x1, x2 and so on.
    private func index(_ answers: [String], _ loosest: MatchRung = .normalised, loops: Bool = false) -> AnswerIndex {
        var index = AnswerIndex(loosest: loosest, loops: loops)
        for (number, answer) in answers.enumerated() {
            let parts = answer.split(separator: "@").map(String.init)
            let account = parts.count > 1 ? parts[1] : nil
            index.add(AnswerIndex.Slot(address: "x\(number + 1)", face: face(parts[0]), account: account))
        }
        return index
    }

    /// The addresses of what requests get, written as `text` or `text@credential`; `-` for none, `+` for used up.
    private func given(_ requests: [String], by index: inout AnswerIndex) -> [String] {
        requests.map { request in
            let parts = request.split(separator: "@").map(String.init)
            let credential = parts.count > 1 ? UInt64(parts[1]) : nil
            switch index.choose(face(parts[0]), credential: credential) {
            case .answer(let slot, _): return index.slots[slot].address
            case .usedUp: return "+"
            case .none: return "-"
            }
        }
    }

    @Test("equal requests are answered first in, first out; others have their own line")
    func firstInFirstOut() {
        var index = index(["a", "b", "a", "a"])
        #expect(given(["a", "a", "b", "c", "a", "a"], by: &index) == ["x1", "x3", "x2", "-", "x4", "+"])
        #expect(index.counts == [.exact: 4, .unmatched: 2])
        #expect(index.unused == 0)
    }

    @Test("a loop begins anew when all equal ones were given, and not before")
    func aLoopBeginsAnew() {
        var index = index(["a", "a", "b"], loops: true)
        #expect(given(["a", "a", "a", "a", "a"], by: &index) == ["x1", "x2", "x1", "x2", "x1"])
        #expect(index.unused == 1)
        #expect(given(["b", "b", "c"], by: &index) == ["x3", "x3", "-"])
        #expect(index.unused == 0)
        #expect(index.counts == [.exact: 7, .unmatched: 1])
    }

    @Test("each credential goes through the answers of one account")
    func eachCredentialHasAnAccount() {
        // Two accounts in turn: A is out at its second request.
        var index = index(["a@A", "a@B", "a@A", "a@B", "a@B"])
        #expect(given(["a@7", "a@7", "a@8", "a@8", "a@8"], by: &index) == ["x1", "x3", "x2", "x4", "x5"])
    }

    @Test("credentials that come in turn get what their accounts got")
    func credentialsThatComeInTurn() {
        var index = index(["a@A", "a@A", "a@B", "a@B"])
        #expect(given(["a@7", "a@8", "a@7", "a@8", "a@8"], by: &index) == ["x1", "x3", "x2", "x4", "+"])
    }

    @Test("a credential keeps its account over different requests")
    func aCredentialKeepsItsAccount() {
        var index = index(["a@A", "b@B", "b@A", "a@B"])
        #expect(given(["a@7", "b@7", "a@8", "b@8"], by: &index) == ["x1", "x3", "x4", "x2"])
    }

    @Test("an account whose answers are out borrows: first from accounts of nobody, then from any")
    func anAccountBorrows() {
        var index = index(["a@A", "a@B", "a@C", "a"])
        #expect(given(["a@7", "a@8", "a@7", "a@7"], by: &index) == ["x1", "x2", "x3", "x4"])
        var other = self.index(["a@A", "a@B", "a@B"])
        #expect(given(["a@7", "a@8", "a@7", "a@7"], by: &other) == ["x1", "x2", "x3", "+"])
    }

    @Test("without a credential the order of the recording is all")
    func withoutACredential() {
        var index = index(["a@A", "a@B", "a@A"])
        #expect(given(["a", "a", "a"], by: &index) == ["x1", "x2", "x3"])
    }

    @Test("the strictest rung that has an answer left is taken, down to the loosest that is wanted")
    func theStrictestRung() {
        var index = AnswerIndex(loosest: .minor, loops: false)
        for (number, temperature) in [2, 1, 3].enumerated() {
            index.add(AnswerIndex.Slot(address: "x\(number)", face: face("a", temperature: temperature), account: nil))
        }
        #expect(index.choose(face("a"), credential: nil) == .answer(slot: 1, rung: .exact))
        #expect(index.choose(face("a"), credential: nil) == .answer(slot: 0, rung: .minor))
        #expect(index.choose(face("a"), credential: nil) == .answer(slot: 2, rung: .minor))
        // The strictest rung at which it was recorded says what is used up.
        #expect(index.choose(face("a"), credential: nil) == .usedUp(rung: .exact, slots: [1]))
        #expect(index.choose(face("a", temperature: 9), credential: nil) == .usedUp(rung: .minor, slots: [0, 1, 2]))
        #expect(index.choose(face("b"), credential: nil) == .none)
        #expect(index.counts == [.exact: 1, .minor: 2, .unmatched: 3])
    }

    @Test("a looser request than wanted gets nothing")
    func aLooserRequestGetsNothing() {
        var index = index(["a"], .normalised)
        #expect(index.choose(face("a", temperature: 2), credential: nil) == .none)
        #expect(index.unused == 1)
    }

    @Test("an answer that could not be given is unused, its request unmatched")
    func anAnswerThatCouldNotBeGiven() {
        var index = index(["a"])
        #expect(index.choose(face("a"), credential: nil) == .answer(slot: 0, rung: .exact))
        index.withdraw(slot: 0, rung: .exact)
        #expect(index.counts == [.exact: 0, .unmatched: 1])
        #expect(index.unused == 1)
    }

    @Test("the nearest are three at most, different ones, the nearest first, of equal ones the earliest")
    func theNearest() {
        let index = index(["a", "b", "a", "b", "c", "d"])
        func nearest(_ text: String, temperature: Int = 1) -> [String] {
            index.nearest(face(text, temperature: temperature)).map { index.slots[$0].address }
        }
        #expect(nearest("z") == ["x1", "x2", "x5"])
        #expect(nearest("d", temperature: 2) == ["x6", "x1", "x2"])
        #expect(nearest("b", temperature: 2) == ["x2", "x1", "x5"])
        #expect(self.index(["a", "a"]).nearest(face("z")) == [0])
        #expect(self.index(["a", "b"]).nearest(face("z")) == [0, 1])
    }
}
