/// The fields of an exchange frame.
///
/// The client's answer is mostly an attempt's, and an attempt's request mostly the client's: header lines are written
/// as runs of the other head where they are equal, and a body that is the attempt's is named, not repeated.
package enum ExchangeCoding {
    private enum Field {
        static let id: UInt64 = 1
        static let number: UInt64 = 2
        static let startedAt: UInt64 = 3
        static let session: UInt64 = 4
        static let user: UInt64 = 5
        static let clientKey: UInt64 = 6
        static let model: UInt64 = 7
        static let stream: UInt64 = 8
        static let request: UInt64 = 9
        static let attempt: UInt64 = 10
        static let response: UInt64 = 11
        static let ending: UInt64 = 12
        static let duration: UInt64 = 13
        static let replayOf: UInt64 = 14
        static let decision: UInt64 = 15
    }

    /// Encodes an exchange as the payload of its frame.
    package static func encode(_ exchange: Exchange) -> [UInt8] {
        var writer = RecordWriter()
        encode(exchange, into: &writer)
        return writer.bytes
    }

    static func encode(_ exchange: Exchange, into writer: inout RecordWriter) {
        writer.field(Field.id, bytes: exchange.id.bytes)
        writer.field(Field.number, exchange.number)
        writer.field(Field.startedAt, signed: exchange.startedAt.microseconds)
        if let session = exchange.session { writer.field(Field.session, session) }
        if let user = exchange.user { writer.field(Field.user, user) }
        if let key = exchange.clientKey { writer.field(Field.clientKey, key) }
        if let model = exchange.model { writer.field(Field.model, model) }
        if let stream = exchange.stream { writer.field(Field.stream, stream ? 1 : 0) }
        writer.field(Field.request) { MessageCoding.encode(exchange.request, base: nil, into: &$0) }
        for attempt in exchange.attempts {
            writer.field(Field.attempt) { AttemptCoding.encode(attempt, client: exchange.request, into: &$0) }
        }
        if let response = exchange.response {
            writer.field(Field.response) {
                MessageCoding.encode(response, base: exchange.attempts.last?.response, into: &$0)
            }
        }
        writer.field(Field.ending, exchange.ending.code)
        writer.field(Field.duration, signed: exchange.duration)
        if let replayOf = exchange.replayOf { writer.field(Field.replayOf, replayOf) }
        if let decision = exchange.decision {
            writer.field(Field.decision) { DecisionCoding.encode(decision, into: &$0) }
        }
    }

    /// Decodes the payload of an exchange frame.
    ///
    /// - Throws: `StoreError` with code `corrupt`.
    package static func decode(_ payload: ArraySlice<UInt8>) throws(StoreError) -> Exchange {
        var reader = RecordReader(payload)
        var exchange = Exchange(
            id: ExchangeID(high: 0, low: 0),
            startedAt: Timestamp(microseconds: 0),
            request: RecordedRequest(method: "", path: "")
        )
        while let (number, value) = try reader.next() {
            switch number {
            case Field.id: exchange.id = try ExchangeID(bytes: try value.bytes)
            case Field.number: exchange.number = try value.number
            case Field.startedAt: exchange.startedAt = Timestamp(microseconds: try value.signed)
            case Field.session: exchange.session = try value.text
            case Field.user: exchange.user = try value.text
            case Field.clientKey: exchange.clientKey = try value.text
            case Field.model: exchange.model = try value.text
            case Field.stream: exchange.stream = try value.number != 0
            case Field.request: exchange.request = try MessageCoding.request(try value.bytes, base: nil)
            case Field.attempt:
                exchange.attempts.append(try AttemptCoding.decode(try value.bytes, client: exchange.request))
            case Field.response:
                exchange.response = try MessageCoding.response(
                    try value.bytes,
                    base: exchange.attempts.last?.response
                )
            case Field.ending: exchange.ending = try Ending(code: try value.number)
            case Field.duration: exchange.duration = try value.signed
            case Field.replayOf: exchange.replayOf = try value.text
            case Field.decision: exchange.decision = try DecisionCoding.decode(try value.bytes)
            default: continue
            }
        }
        return exchange
    }
}

extension ExchangeID {
    var bytes: [UInt8] {
        (0..<16).map { index in
            UInt8(truncatingIfNeeded: (index < 8 ? high : low) >> UInt64(56 - 8 * (index % 8)))
        }
    }

    init(bytes: ArraySlice<UInt8>) throws(StoreError) {
        guard bytes.count == 16 else { throw StoreError(.corrupt, "an exchange id is not 16 bytes long") }
        let word = { (part: ArraySlice<UInt8>) in part.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
        self.init(high: word(bytes.prefix(8)), low: word(bytes.suffix(8)))
    }
}

extension Ending {
    /// The number in a frame; it never changes its meaning.
    var code: UInt64 {
        switch self {
        case .complete: 1
        case .errorEvent: 2
        case .truncated: 3
        case .reset: 4
        case .timeout: 5
        case .clientCancelled: 6
        }
    }

    init(code: UInt64) throws(StoreError) {
        guard let ending = Ending.allCases.first(where: { $0.code == code }) else {
            throw StoreError(.corrupt, "unknown ending \(code)")
        }
        self = ending
    }
}
