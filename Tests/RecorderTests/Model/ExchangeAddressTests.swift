import Recorder
import Testing

@Suite
struct ExchangeAddressTests {
    @Test(
        "an address and its text",
        arguments: [
            ("x1", ExchangeAddress(exchange: 1)),
            ("x17", ExchangeAddress(exchange: 17)),
            ("x17.2", ExchangeAddress(exchange: 17, attempt: 2)),
            ("x17.2.e5", ExchangeAddress(exchange: 17, attempt: 2, event: 5)),
            ("x18446744073709551615", ExchangeAddress(exchange: .max)),
        ]
    )
    func anAddressAndItsText(text: String, address: ExchangeAddress) {
        #expect(ExchangeAddress(text) == address)
        #expect(address.description == text)
    }

    @Test(
        "any other text is nil",
        arguments: [
            "", "x", "17", "X17", "x0", "x-1", "x+17", "x017", " x17", "x17 ", "x17.", "x17.0", "x17.+2", "x17.02",
            "x17.e5", "x17.2.5", "x17.2.e", "x17.2.e0", "x17.2.e+5", "x17.2.e5.1", "x18446744073709551616", "x1_000",
            "x１７",
        ]
    )
    func anyOtherTextIsNil(text: String) {
        #expect(ExchangeAddress(text) == nil)
    }
}
