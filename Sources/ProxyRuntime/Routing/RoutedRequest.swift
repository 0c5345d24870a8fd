package import Recorder

/// What the policy looks at in a request.
package struct RoutedRequest: Sendable {
    /// The exchange's id, which cool-downs name as their cause.
    package var exchange: ExchangeID
    /// The conversation, or `nil` for requests of none.
    package var session: SessionKey?
    /// The family of its model, or `nil` when it names none.
    package var family: String?
    /// The account that `x-tapedeck-account` asks for.
    package var pin: String?
    /// Whether an attempt whose answer was lost may be repeated elsewhere.
    package var isRepeatable = true
    /// How long the upstream keeps the prompt cache that the request asks for, in microseconds.
    package var cacheLifetime: Int64 = 300_000_000

    /// Makes a request of no conversation for any model.
    package init(exchange: ExchangeID) {
        self.exchange = exchange
    }
}
