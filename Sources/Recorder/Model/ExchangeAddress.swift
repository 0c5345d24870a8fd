/// The short address of something in one store or bundle: `x17`, attempt `x17.2`, event `x17.2.e5`.
///
/// Numbers begin at 1.
package struct ExchangeAddress: Hashable, Sendable, CustomStringConvertible {
    /// The exchange's number.
    package var exchange: UInt64
    /// The attempt's number within the exchange, if the address goes that far.
    package var attempt: Int?
    /// The event's number within the attempt, if the address goes that far.
    package var event: Int?

    /// Makes an address from its numbers.
    package init(exchange: UInt64, attempt: Int? = nil, event: Int? = nil) {
        self.exchange = exchange
        self.attempt = attempt
        self.event = event
    }

    /// Parses `x17`, `x17.2` or `x17.2.e5`.
    ///
    /// - Returns: `nil` for any other text.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...3).contains(parts.count), parts[0].first == "x",
            let exchange = UInt64(parts[0].dropFirst()), exchange > 0
        else { return nil }
        self.exchange = exchange
        if parts.count > 1 {
            guard let attempt = Int(parts[1]), attempt > 0 else { return nil }
            self.attempt = attempt
        }
        if parts.count > 2 {
            guard parts[2].first == "e", let event = Int(parts[2].dropFirst()), event > 0 else { return nil }
            self.event = event
        }
        // Numbers are also read with a sign or zeros in front, which no address has.
        guard description.utf8.elementsEqual(text.utf8) else { return nil }
    }

    /// The address as a person types it.
    package var description: String {
        var text = "x\(exchange)"
        if let attempt { text += ".\(attempt)" }
        if let event { text += ".e\(event)" }
        return text
    }
}
