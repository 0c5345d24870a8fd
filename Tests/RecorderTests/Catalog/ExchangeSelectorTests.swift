import Testing

@testable import Recorder

struct ExchangeSelectorTests {
    @Test(
        "addresses and ids are told apart",
        arguments: [
            ("x17", "x17"), ("x17.2", "x17.2"), ("x17.2.e5", "x17.2.e5"),
        ]
    )
    func addresses(text: String, address: String) {
        #expect(ExchangeSelector(text) == ExchangeAddress(address).map { .address($0) })
    }

    @Test(
        "the beginning of an id means all ids that begin so",
        arguments: [
            (
                "0199f3", "0199f300-0000-0000-0000-000000000000", "0199f3ff-ffff-ffff-ffff-ffffffffffff"
            ),
            (
                "0199F3C2-1d2e", "0199f3c2-1d2e-0000-0000-000000000000", "0199f3c2-1d2e-ffff-ffff-ffffffffffff"
            ),
            (
                "0199f3c2-1d2e-7abc", "0199f3c2-1d2e-7abc-0000-000000000000", "0199f3c2-1d2e-7abc-ffff-ffffffffffff"
            ),
            (
                "0199f3c21d2e7abc8", "0199f3c2-1d2e-7abc-8000-000000000000", "0199f3c2-1d2e-7abc-8fff-ffffffffffff"
            ),
            (
                "0199f3c2-1d2e-7abc-8def-0123456789ab", "0199f3c2-1d2e-7abc-8def-0123456789ab",
                "0199f3c2-1d2e-7abc-8def-0123456789ab"
            ),
        ]
    )
    func ids(text: String, first: String, last: String) throws {
        let range = try #require(ExchangeID(first))...(try #require(ExchangeID(last)))
        #expect(ExchangeSelector(text) == .ids(range))
    }

    @Test(
        "anything else is refused",
        arguments: [
            "", "x", "x0", "17", "0199f", "0199fg", "0199-f3c2", "x17.0", "-0199f3",
            "0199f3c2-1d2e-7abc-8def-0123456789abc", "0199f3c2-1d2e-7abc-8def-0123456789ab-", "é199f3c2",
        ]
    )
    func nonsense(text: String) {
        #expect(ExchangeSelector(text) == nil)
    }

    @Test("no text brings it down")
    func fuzz() {
        var state: UInt64 = 9
        let alphabet = Array("0123456789abcdefABCDEFx.-eg é")
        for _ in 0..<20_000 {
            var text = ""
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            for step in 0..<Int(state >> 58) {
                text.append(alphabet[Int(truncatingIfNeeded: state >> UInt64(step % 50)) & 0xFF % alphabet.count])
                state = state &* 6_364_136_223_846_793_005 &+ 1
            }
            if case .ids(let range)? = ExchangeSelector(text) { #expect(range.lowerBound <= range.upperBound) }
        }
    }
}
