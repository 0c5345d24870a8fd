/// The fields of an attempt within an exchange frame.
enum AttemptCoding {
    private enum Field {
        static let target: UInt64 = 1
        static let account: UInt64 = 2
        static let because: UInt64 = 3
        static let kind: UInt64 = 4
        static let rejected: UInt64 = 5
        static let change: UInt64 = 6
        static let startedAt: UInt64 = 7
        static let firstByteAt: UInt64 = 8
        static let endedAt: UInt64 = 9
        static let ending: UInt64 = 10
        static let failure: UInt64 = 11
        static let cooldownUntil: UInt64 = 12
        static let request: UInt64 = 13
        static let response: UInt64 = 14
        static let cooldownReason: UInt64 = 15
        static let waited: UInt64 = 16
    }

    static func encode(_ attempt: Attempt, client: RecordedRequest, into writer: inout RecordWriter) {
        writer.field(Field.target, attempt.target)
        if let account = attempt.account { writer.field(Field.account, account) }
        writer.field(Field.because, attempt.because)
        writer.field(Field.kind, attempt.kind.rawValue)
        for candidate in attempt.rejected {
            writer.field(Field.rejected) { DecisionCoding.encode(candidate, into: &$0) }
        }
        for change in attempt.changes { writer.field(Field.change, change) }
        writer.field(Field.startedAt, signed: attempt.startedAt)
        if let first = attempt.firstByteAt { writer.field(Field.firstByteAt, signed: first) }
        writer.field(Field.endedAt, signed: attempt.endedAt)
        writer.field(Field.ending, attempt.ending.code)
        if let failure = attempt.failure { writer.field(Field.failure, failure) }
        if let until = attempt.cooldownUntil { writer.field(Field.cooldownUntil, signed: until.microseconds) }
        writer.field(Field.request) { MessageCoding.encode(attempt.request, base: client, into: &$0) }
        if let response = attempt.response {
            writer.field(Field.response) { MessageCoding.encode(response, base: nil, into: &$0) }
        }
        if let reason = attempt.cooldownReason { writer.field(Field.cooldownReason, reason) }
        if attempt.waited != 0 { writer.field(Field.waited, signed: attempt.waited) }
    }

    static func decode(_ bytes: ArraySlice<UInt8>, client: RecordedRequest) throws(StoreError) -> Attempt {
        var reader = RecordReader(bytes)
        var attempt = Attempt(target: "", because: "", request: client)
        while let (number, value) = try reader.next() {
            switch number {
            case Field.target: attempt.target = try value.text
            case Field.account: attempt.account = try value.text
            case Field.because: attempt.because = try value.text
            case Field.kind:
                guard let kind = AttemptKind(rawValue: try value.text) else {
                    throw StoreError(.corrupt, "unknown kind of attempt '\(try value.text)'")
                }
                attempt.kind = kind
            case Field.rejected: attempt.rejected.append(try DecisionCoding.candidate(try value.bytes))
            case Field.change: attempt.changes.append(try value.text)
            case Field.startedAt: attempt.startedAt = try value.signed
            case Field.firstByteAt: attempt.firstByteAt = try value.signed
            case Field.endedAt: attempt.endedAt = try value.signed
            case Field.ending: attempt.ending = try Ending(code: try value.number)
            case Field.failure: attempt.failure = try value.text
            case Field.cooldownUntil: attempt.cooldownUntil = Timestamp(microseconds: try value.signed)
            case Field.request: attempt.request = try MessageCoding.request(try value.bytes, base: client)
            case Field.response: attempt.response = try MessageCoding.response(try value.bytes, base: nil)
            case Field.cooldownReason: attempt.cooldownReason = try value.text
            case Field.waited: attempt.waited = try value.signed
            default: continue
            }
        }
        return attempt
    }
}
