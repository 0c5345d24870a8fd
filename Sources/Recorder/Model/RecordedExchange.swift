/// One exchange with everything that was recorded of it, wherever its bodies lie.
///
/// ```swift
/// guard let recorded = try store.find(.address(ExchangeAddress(exchange: 17))) else { return }
/// let body = try recorded.body(recorded.exchange.request.body)
/// ```
package struct RecordedExchange: Sendable {
    /// The exchange.
    package let exchange: Exchange
    /// Its row in lists.
    package let summary: ExchangeSummary
    /// What the bodies are read from.
    package let bodies: any BodySource

    /// Puts an exchange and what reads its bodies together.
    package init(exchange: Exchange, summary: ExchangeSummary, bodies: any BodySource) {
        self.exchange = exchange
        self.summary = summary
        self.bodies = bodies
    }

    /// The same exchange with the name of the bundle that it lies in.
    package func sealed(in bundle: String?) -> RecordedExchange {
        var summary = summary
        summary.bundle = bundle
        return RecordedExchange(exchange: exchange, summary: summary, bodies: bodies)
    }

    /// The masked bytes of one of the exchange's bodies.
    ///
    /// - Throws: `StoreError` with code `notRecorded` when the body was omitted, with another when the store or bundle
    ///   has lost it.
    package func body(_ record: BodyRecord) throws -> [UInt8] {
        if let reason = record.omitted {
            throw StoreError(
                .notRecorded,
                "a body of \(exchange.address) was not stored: \(reason) (\(record.wireLength) bytes on the wire)"
            )
        }
        if record.storedLength == 0 { return [] }
        return try bodies.body(record)
    }

    /// `error.type` of what the upstream answered to an attempt.
    package func errorType(of attempt: Attempt) -> String? {
        attempt.response.flatMap { ExchangeDerivation.usage(of: $0, body: body).errorType }
    }

    /// When an attempt began, on the wall clock.
    package func start(of attempt: Attempt) -> Timestamp {
        exchange.startedAt.advanced(byMicroseconds: attempt.startedAt)
    }
}
