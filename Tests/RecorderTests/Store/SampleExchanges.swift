import Recorder

/// Exchanges with every field set, and with as few as possible.
enum SampleExchanges {
    static let id = ExchangeID(high: 0x0199_F3C2_1D2E_7ABC, low: 0x8DEF_0123_4567_89AB)

    /// The exchange of the golden segment; its pieces lie at 8 and 62.
    static var golden: Exchange {
        let client = RecordedRequest(
            method: "POST",
            path: "/v1/messages",
            query: "beta=true",
            headers: HeaderBlock([
                HeaderField("Host", "a"), HeaderField("X-Api-Key", "***masked:api_key:0badcafe***"),
            ]),
            body: BodyRecord(wireLength: 13, storedLength: 13, pieces: [PieceRun(offset: 8, count: 1)])
        )
        var sent = client
        sent.headers = HeaderBlock([HeaderField("Host", "b"), client.headers[1]])
        let upstream = RecordedResponse(
            status: 200,
            headers: HeaderBlock([
                HeaderField("content-type", "text/event-stream"), HeaderField("request-id", "req_1"),
            ]),
            body: BodyRecord(wireLength: 22, storedLength: 22, pieces: [PieceRun(offset: 62, count: 1)]),
            chunks: [Chunk(offset: 5000, length: 10), Chunk(offset: 5250, length: 12)]
        )
        var answer = upstream
        answer.headers = HeaderBlock(Array(upstream.headers) + [HeaderField("x-tapedeck-exchange", "e")])
        let attempt = Attempt(
            target: "anthropic",
            account: "team-a",
            because: "the only target",
            rejected: [RejectedCandidate(account: "team-b", because: "cooling down")],
            changes: ["accept-encoding narrowed to gzip"],
            startedAt: 400,
            firstByteAt: 4900,
            endedAt: 5300,
            cooldownUntil: Timestamp(microseconds: 1_795_168_860_000_000),
            request: sent,
            response: upstream
        )
        var exchange = Exchange(
            id: id,
            number: 300,
            startedAt: Timestamp(microseconds: 1_795_168_800_123_456),
            request: client,
            response: answer,
            attempts: [attempt],
            duration: 5400
        )
        (exchange.session, exchange.user, exchange.clientKey) = ("s-1", "u-1", "k-1")
        (exchange.model, exchange.stream) = ("m", true)
        return exchange
    }

    /// Nothing but what must be there.
    static var bare: Exchange {
        Exchange(
            id: ExchangeID(high: 0, low: 0),
            startedAt: Timestamp(microseconds: -1),
            request: RecordedRequest(method: "GET", path: "/"),
            ending: .clientCancelled
        )
    }

    /// An exchange of random shape; heads share lines and bodies with one another as real ones do.
    static func random(_ random: inout WireRandom) -> Exchange {
        let client = RecordedRequest(
            method: "POST",
            path: text(&random),
            query: Bool.random(using: &random) ? text(&random) : nil,
            headers: HeaderBlock(lines(&random)),
            body: body(&random)
        )
        var exchange = Exchange(
            id: ExchangeID(high: random.next(), low: random.next()),
            number: random.next() >> UInt64.random(in: 0...63, using: &random),
            startedAt: Timestamp(microseconds: Int64(bitPattern: random.next())),
            request: client,
            ending: Ending.allCases.randomElement(using: &random) ?? .reset,
            duration: Int64.random(in: -5...1_000_000, using: &random)
        )
        exchange.session = Bool.random(using: &random) ? text(&random) : nil
        exchange.user = Bool.random(using: &random) ? "" : nil
        exchange.stream = [true, false, nil].randomElement(using: &random) ?? nil
        for _ in 0..<Int.random(in: 0...12, using: &random) {
            var sent = client
            sent.headers = shuffled(client.headers, &random)
            if Int.random(in: 0..<4, using: &random) == 0 { sent.body = body(&random) }
            var attempt = Attempt(
                target: text(&random),
                account: Bool.random(using: &random) ? text(&random) : nil,
                because: text(&random),
                kind: AttemptKind.allCases.randomElement(using: &random) ?? .forced,
                rejected: candidates(&random),
                changes: (0..<Int.random(in: 0...3, using: &random)).map { _ in text(&random) },
                startedAt: Int64.random(in: 0...1_000_000, using: &random),
                endedAt: Int64.random(in: 0...Int64.max, using: &random),
                ending: Ending.allCases.randomElement(using: &random) ?? .reset,
                failure: Bool.random(using: &random) ? text(&random) : nil,
                request: sent
            )
            if Bool.random(using: &random) {
                attempt.firstByteAt = Int64.random(in: 0...9, using: &random)
                attempt.cooldownUntil = Timestamp(microseconds: Int64(bitPattern: random.next()))
                attempt.response = response(HeaderBlock(lines(&random)), &random)
            }
            if Bool.random(using: &random) {
                attempt.cooldownReason = text(&random)
                attempt.waited = Int64.random(in: 0...90_000_000, using: &random)
            }
            exchange.attempts.append(attempt)
        }
        if Bool.random(using: &random) {
            exchange.decision = AnswerDecision(
                because: text(&random),
                rejected: candidates(&random),
                waited: Int64.random(in: 0...90_000_000, using: &random)
            )
        }
        switch (Int.random(in: 0..<3, using: &random), exchange.attempts.last?.response) {
        case (0, _): break
        case (1, let base?):
            var answer = base
            answer.headers = shuffled(base.headers, &random)
            if Bool.random(using: &random) { answer.chunks.append(Chunk(offset: 9_000_000, length: 3)) }
            exchange.response = answer
        default: exchange.response = response(HeaderBlock(lines(&random)), &random)
        }
        return exchange
    }

    private static func candidates(_ random: inout WireRandom) -> [RejectedCandidate] {
        (0..<Int.random(in: 0...3, using: &random)).map { _ in
            RejectedCandidate(account: text(&random), because: text(&random))
        }
    }

    private static func response(_ headers: HeaderBlock, _ random: inout WireRandom) -> RecordedResponse {
        var offset: Int64 = 0
        let chunks = (0..<Int.random(in: 0...40, using: &random)).map { _ in
            offset += Int64.random(in: 0...300_000, using: &random)
            return Chunk(offset: offset, length: Int.random(in: 0...70_000, using: &random))
        }
        let status = Int.random(in: 100...599, using: &random)
        return RecordedResponse(status: status, headers: headers, body: body(&random), chunks: chunks)
    }

    private static func body(_ random: inout WireRandom) -> BodyRecord {
        if Int.random(in: 0..<5, using: &random) == 0 {
            return BodyRecord(wireLength: 91, omitted: "content-encoding br")
        }
        return BodyRecord(
            wireLength: Int.random(in: 0...1 << 40, using: &random),
            storedLength: Int.random(in: 0...1 << 20, using: &random),
            pieces: (0..<Int.random(in: 0...6, using: &random)).map { _ in
                PieceRun(
                    offset: random.next() >> UInt64.random(in: 0...63, using: &random),
                    count: Int.random(in: 0...100_000, using: &random),
                    segmentsBack: Bool.random(using: &random) ? 0 : Int.random(in: 1...3, using: &random)
                )
            }
        )
    }

    private static func lines(_ random: inout WireRandom) -> [HeaderField] {
        (0..<Int.random(in: 0...20, using: &random)).map { _ in HeaderField(text(&random), text(&random)) }
    }

    /// Takes lines away, puts lines in, changes the order.
    private static func shuffled(_ block: HeaderBlock, _ random: inout WireRandom) -> HeaderBlock {
        var lines = Array(block)
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            let place = Int.random(in: 0...lines.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: lines.insert(HeaderField(text(&random), text(&random)), at: place)
            case 1 where place < lines.count: lines.remove(at: place)
            case 2 where place < lines.count: lines.append(lines.remove(at: place))
            case 3 where place < lines.count: lines.insert(lines[place], at: 0)
            default: break
            }
        }
        return HeaderBlock(lines)
    }

    private static func text(_ random: inout WireRandom) -> String {
        let texts = ["", "a", "accept", "application/json", "ü 世界", "0", String(repeating: "x", count: 200), "\u{0}"]
        return texts.randomElement(using: &random) ?? ""
    }
}
