package import Recorder

/// One exchange with everything that was recorded of it.
package struct RecordedExchange: Sendable {
    /// The exchange.
    package let exchange: Exchange
    /// Its row in lists.
    package let summary: ExchangeSummary
    private let segment: String

    init(exchange: Exchange, summary: ExchangeSummary, segment: String) {
        self.exchange = exchange
        self.summary = summary
        self.segment = segment
    }

    /// The masked bytes of one of the exchange's bodies.
    ///
    /// - Throws: `InspectorError` with code `notRecorded` when the body was omitted, `StoreError` when the store has
    ///   lost it.
    package func body(_ record: BodyRecord) throws -> [UInt8] {
        if let reason = record.omitted {
            throw InspectorError(
                .notRecorded,
                "a body of \(exchange.address) was not stored: \(reason) (\(record.wireLength) bytes on the wire)"
            )
        }
        if record.storedLength == 0 { return [] }
        var reader = try SegmentReader(path: segment)
        return try reader.body(record)
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
