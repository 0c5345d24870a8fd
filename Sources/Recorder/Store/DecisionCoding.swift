/// The fields of the decision that ended an exchange, and of a candidate that was passed over.
enum DecisionCoding {
    private enum Field {
        static let because: UInt64 = 1
        static let rejected: UInt64 = 2
        static let waited: UInt64 = 3
    }

    private enum CandidateField {
        static let account: UInt64 = 1
        static let because: UInt64 = 2
    }

    static func encode(_ decision: AnswerDecision, into writer: inout RecordWriter) {
        writer.field(Field.because, decision.because)
        for candidate in decision.rejected {
            writer.field(Field.rejected) { encode(candidate, into: &$0) }
        }
        if decision.waited != 0 { writer.field(Field.waited, signed: decision.waited) }
    }

    static func decode(_ bytes: ArraySlice<UInt8>) throws(StoreError) -> AnswerDecision {
        var reader = RecordReader(bytes)
        var decision = AnswerDecision(because: "")
        while let (number, value) = try reader.next() {
            switch number {
            case Field.because: decision.because = try value.text
            case Field.rejected: decision.rejected.append(try candidate(try value.bytes))
            case Field.waited: decision.waited = try value.signed
            default: continue
            }
        }
        return decision
    }

    static func encode(_ candidate: RejectedCandidate, into writer: inout RecordWriter) {
        writer.field(CandidateField.account, candidate.account)
        writer.field(CandidateField.because, candidate.because)
    }

    static func candidate(_ bytes: ArraySlice<UInt8>) throws(StoreError) -> RejectedCandidate {
        var reader = RecordReader(bytes)
        var candidate = RejectedCandidate(account: "", because: "")
        while let (number, value) = try reader.next() {
            switch number {
            case CandidateField.account: candidate.account = try value.text
            case CandidateField.because: candidate.because = try value.text
            default: continue
            }
        }
        return candidate
    }
}
