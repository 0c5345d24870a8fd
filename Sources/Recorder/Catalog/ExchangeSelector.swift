/// What a person types to name one exchange, attempt or event: an address, a whole id, or the beginning of one.
package enum ExchangeSelector: Hashable, Sendable {
    /// `x17`, `x17.2` or `x17.2.e5`.
    case address(ExchangeAddress)
    /// A range of ids: one id, or all that begin with the same digits.
    case ids(ClosedRange<ExchangeID>)

    /// The fewest hex digits that may stand for an id.
    package static let minimumDigits = 6

    /// Parses an address, an id of 36 characters, or at least its first six hex digits, dashes left out or in place.
    ///
    /// - Returns: `nil` for any other text.
    package init?(_ text: String) {
        if let address = ExchangeAddress(text) {
            self = .address(address)
            return
        }
        var low = (high: UInt64(0), low: UInt64(0))
        var digits = 0
        for (position, byte) in text.utf8.enumerated() {
            if byte == UInt8(ascii: "-") {
                guard [8, 13, 18, 23].contains(position) else { return nil }
                continue
            }
            guard let digit = Character(UnicodeScalar(byte)).hexDigitValue, digits < 32 else { return nil }
            let shift = UInt64(60 - 4 * (digits % 16))
            if digits < 16 { low.high |= UInt64(digit) << shift } else { low.low |= UInt64(digit) << shift }
            digits += 1
        }
        guard digits >= ExchangeSelector.minimumDigits else { return nil }
        let highRest: UInt64 = digits >= 16 ? 0 : UInt64.max >> UInt64(4 * digits)
        let lowRest: UInt64 = digits >= 32 ? 0 : UInt64.max >> UInt64(4 * max(0, digits - 16))
        self = .ids(
            ExchangeID(high: low.high, low: low.low)...ExchangeID(high: low.high | highRest, low: low.low | lowRest)
        )
    }

    /// Whether the selector names an exchange with that id and number.
    package func matches(id: ExchangeID, number: UInt64) -> Bool {
        switch self {
        case .address(let address): address.exchange == number
        case .ids(let range): range.contains(id)
        }
    }
}
