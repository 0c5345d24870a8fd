import Testing

@testable import Recorder

@Suite
struct ExchangeCodingTests {
    @Test("an exchange is read as it was written", arguments: [SampleExchanges.golden, SampleExchanges.bare])
    func anExchangeIsReadAsItWasWritten(exchange: Exchange) throws {
        expectEqual(try ExchangeCoding.decode(ExchangeCoding.encode(exchange)[...]), exchange)
    }

    @Test("exchanges of any shape are read as they were written")
    func exchangesOfAnyShapeAreReadAsThey() throws {
        var random = WireRandom(seed: 21)
        for _ in 0..<400 {
            let exchange = SampleExchanges.random(&random)
            expectEqual(try ExchangeCoding.decode(ExchangeCoding.encode(exchange)[...]), exchange)
        }
    }

    @Test("every kind with every ending", arguments: AttemptKind.allCases, Ending.allCases)
    func everyKindWithEveryEnding(kind: AttemptKind, ending: Ending) throws {
        var exchange = SampleExchanges.golden
        (exchange.attempts[0].kind, exchange.attempts[0].ending, exchange.ending) = (kind, ending, ending)
        expectEqual(try ExchangeCoding.decode(ExchangeCoding.encode(exchange)[...]), exchange)
    }

    @Test("a forwarded head costs what differs, not what is the same")
    func aForwardedHeadCostsWhatDiffersNotWhat() {
        var exchange = SampleExchanges.golden
        let lines = (0..<40).map { HeaderField("x-header-\($0)", String(repeating: "v", count: 50)) }
        exchange.request.headers = HeaderBlock(lines)
        exchange.attempts[0].request.headers = HeaderBlock([HeaderField("host", "b")] + lines.dropFirst())
        let short = ExchangeCoding.encode(exchange).count
        exchange.attempts[0].request.headers = exchange.request.headers
        let same = ExchangeCoding.encode(exchange).count
        #expect(short - same < 16)
        exchange.attempts[0].request.headers = HeaderBlock(lines.map { HeaderField($0.name, "other" + $0.value) })
        #expect(ExchangeCoding.encode(exchange).count > same + 40 * 50)
    }

    @Test("unknown fields are skipped at every level")
    func unknownFieldsAreSkippedAtEveryLevel() throws {
        // Field 40 of each kind, written by hand: tags 80 (0x50) and 81 (0x51).
        let unknown: [UInt8] = [0x50, 0x96, 0x01, 0x51, 0x03, 0x61, 0x62, 0x63]
        // id, then unknown, then request {unknown, method GET, path /}, attempt {unknown, request {unknown}}.
        let request: [UInt8] = unknown + [0x03, 0x03, 0x47, 0x45, 0x54, 0x05, 0x01, 0x2F]
        let body: [UInt8] = unknown + [0x02, 0x05]
        let response: [UInt8] = unknown + [0x0E, 0xC8, 0x01, 0x0B, UInt8(body.count)] + body
        let attempt: [UInt8] =
            unknown + [0x03, 0x01, 0x74, 0x1B, UInt8(request.count)] + request + [0x1D, UInt8(response.count)]
            + response
        var payload: [UInt8] = [0x03, 0x10] + (0..<16) + unknown
        payload += [0x13, UInt8(request.count)] + request
        payload += [0x15, UInt8(attempt.count)] + attempt
        let exchange = try ExchangeCoding.decode(payload[...])
        #expect(exchange.id.description == "00010203-0405-0607-0809-0a0b0c0d0e0f")
        #expect(exchange.request.method == "GET")
        #expect(exchange.attempts.map(\.target) == ["t"])
        #expect(exchange.attempts[0].request.path == "/")
        #expect(exchange.attempts[0].response?.status == 200)
        #expect(exchange.attempts[0].response?.body.wireLength == 5)
    }

    @Test("what routing decided is read from bytes written by hand, and missing in frames of before")
    func whatRoutingDecided() throws {
        // The attempt: target t, cool-down reason "cap", waited 300 (zigzag 600).
        let attempt: [UInt8] = [0x03, 0x01, 0x74, 0x1F, 0x03, 0x63, 0x61, 0x70, 0x20, 0xD8, 0x04]
        // The decision: because "out", rejected {account b, because no}, waited 5 (zigzag 10), and an unknown field 40.
        let candidate: [UInt8] = [0x03, 0x01, 0x62, 0x05, 0x02, 0x6E, 0x6F]
        let decision: [UInt8] =
            [0x03, 0x03, 0x6F, 0x75, 0x74, 0x05, UInt8(candidate.count)] + candidate + [0x06, 0x0A, 0x50, 0x01]
        let id: [UInt8] = [0x03, 0x10] + (0..<16)
        let frame = id + [0x15, UInt8(attempt.count)] + attempt + [0x1F, UInt8(decision.count)] + decision
        let exchange = try ExchangeCoding.decode(frame[...])
        #expect(exchange.attempts.map(\.cooldownReason) == ["cap"])
        #expect(exchange.attempts.map(\.waited) == [300])
        #expect(
            exchange.decision
                == AnswerDecision(
                    because: "out",
                    rejected: [RejectedCandidate(account: "b", because: "no")],
                    waited: 5
                )
        )
        let old = try ExchangeCoding.decode((id + [0x15, 0x03, 0x03, 0x01, 0x74])[...])
        #expect(old.attempts.map(\.cooldownReason) == [nil])
        #expect(old.attempts.map(\.waited) == [0])
        #expect(old.decision == nil)
    }

    @Test("a decision is written behind what was there before")
    func decisionIsAppended() {
        var exchange = SampleExchanges.golden
        let before = ExchangeCoding.encode(exchange)
        exchange.decision = AnswerDecision(because: "b")
        // Tag, length, and within them tag, length, "b".
        #expect(ExchangeCoding.encode(exchange) == before + [0x1F, 0x03, 0x03, 0x01, 0x62])
    }

    @Test(
        "what cannot be understood is corrupt",
        arguments: [
            ("an id of 3 bytes", [0x03, 0x03, 1, 2, 3]),
            ("an unknown ending", [0x18, 0x63]),
            ("an unknown kind", [0x15, 0x06, 0x09, 0x04, 0x77, 0x68, 0x61, 0x74]),
            ("a header line of a base that is not there", [0x13, 0x04, 0x09, 0x02, 0x01, 0x01]),
            (
                "a status beyond all numbers",
                [0x17, 0x0B, 0x0E, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01]
            ),
        ] as [(String, [UInt8])]
    )
    func whatCannotBeUnderstoodIsCorrupt(name: String, payload: [UInt8]) {
        #expect { try ExchangeCoding.decode(payload[...]) } throws: { ($0 as? StoreError)?.code == .corrupt }
    }

    @Test("a payload cut anywhere or with a changed byte is read or corrupt, never fatal")
    func aPayloadCutAnywhereOrWithAChanged() {
        var random = WireRandom(seed: 22)
        for _ in 0..<60 {
            let payload = ExchangeCoding.encode(SampleExchanges.random(&random))
            for _ in 0..<60 {
                let damaged = random.mutate(payload, alphabet: [0x00, 0x01, 0x02, 0x7F, 0x80, 0xFF])
                _ = try? ExchangeCoding.decode(damaged[...])
            }
        }
        let payload = ExchangeCoding.encode(SampleExchanges.golden)
        for length in payload.indices { _ = try? ExchangeCoding.decode(payload[..<length]) }
    }
}

/// Compares every field: encoded forms would hide what the coding loses.
func expectEqual(_ left: Exchange, _ right: Exchange, sourceLocation: SourceLocation = #_sourceLocation) {
    let (a, b) = (String(reflecting: left), String(reflecting: right))
    #expect(a == b, sourceLocation: sourceLocation)
}
