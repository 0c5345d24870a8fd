/// Reads the lines of `exchanges.ndjson`.
///
/// Members that are not known are skipped; what an exchange can't do without is an error that names it.
struct ExchangeLine {
    /// The longest body that is believed, in bytes: one piece can be named many times.
    static let bodyLimit = 1 << 30

    /// Reads a line.
    ///
    /// - Throws: `StoreError` with code `corrupt` that names the member.
    func read(_ line: [UInt8]) throws(StoreError) -> (exchange: Exchange, summary: ExchangeSummary) {
        var failure = StoreError(.corrupt, "no JSON object")
        let result = JSONValue.read(line) { value -> (Exchange, ExchangeSummary)? in
            do throws(StoreError) {
                return try exchange(value)
            } catch {
                failure = error
                return nil
            }
        }
        guard let result else { throw failure }
        return result
    }

    private func exchange(_ value: JSONValue) throws(StoreError) -> (Exchange, ExchangeSummary) {
        let line = MemberReader(value)
        guard let id = ExchangeID(try line.text("id")) else { throw line.wrong("id") }
        guard let address = ExchangeAddress(try line.text("address")) else { throw line.wrong("address") }
        guard let startedAt = try line.value("started_at").timestamp else { throw line.wrong("started_at") }
        guard let ending = Ending(rawValue: try line.text("ending")) else { throw line.wrong("ending") }
        var exchange = Exchange(
            id: id,
            number: address.exchange,
            startedAt: startedAt,
            request: try request(try line.value("request"), "request"),
            ending: ending,
            duration: try line.time("duration_us", orMilliseconds: "duration_ms") ?? 0
        )
        exchange.session = line.optional("session")?.string
        exchange.user = line.optional("user")?.string
        exchange.clientKey = line.optional("client_key")?.string
        // A line that others wrote may know one model only.
        exchange.model =
            line.has("request_model") ? line.optional("request_model")?.string : line.optional("model")?.string
        exchange.stream = line.optional("stream")?.bool
        exchange.replayOf = line.optional("replay_of")?.string
        if let response = line.optional("response") { exchange.response = try self.response(response, "response") }
        var attempts: [JSONValue] = []
        try line.value("attempts").forEachElement {
            attempts.append($0)
            return true
        }
        for (index, attempt) in attempts.enumerated() {
            exchange.attempts.append(try self.attempt(attempt, "attempts[\(index)]", of: exchange))
        }
        if let decision = line.optional("decision") { exchange.decision = try self.decision(decision) }
        // What needs no body is derived anew and exact; the rest the writer derived from bodies that it had.
        var summary = ExchangeDerivation.summary(of: exchange) { _ in throw StoreError(.notRecorded, "not read") }
        summary.model = line.optional("model")?.string
        summary.errorType = line.optional("error_type")?.string
        summary.costPicodollars = line.optional("cost_usd").flatMap { Decimals.picodollars($0.raw) }
        if let tokens = line.optional("tokens")?.members {
            summary.tokens = TokenUsage(
                input: tokens["input"]?.count,
                output: tokens["output"]?.count,
                cacheRead: tokens["cache_read"]?.count,
                cacheWrite5m: tokens["cache_write_5m"]?.count,
                cacheWrite1h: tokens["cache_write_1h"]?.count
            )
        }
        return (exchange, summary)
    }

    private func attempt(_ value: JSONValue, _ place: String, of exchange: Exchange) throws(StoreError) -> Attempt {
        let line = MemberReader(value, place)
        guard let kind = AttemptKind(rawValue: try line.text("kind")) else { throw line.wrong("kind") }
        guard let ending = Ending(rawValue: try line.text("ending")) else { throw line.wrong("ending") }
        var startedAt = try line.time("started_us")
        if startedAt == nil, let time = line.optional("started_at")?.timestamp {
            startedAt = max(0, min(time.microseconds - exchange.startedAt.microseconds, MemberReader.limit))
        }
        let start = startedAt ?? 0
        let firstByte = try line.time("first_byte_us", orMilliseconds: "ttfb_ms", after: start)
        let end = try line.time("ended_us", orMilliseconds: "duration_ms", after: start)
        var attempt = Attempt(
            target: try line.text("target"),
            account: line.optional("account")?.string,
            because: line.optional("because")?.string ?? "",
            kind: kind,
            startedAt: start,
            firstByteAt: firstByte,
            endedAt: end ?? start,
            ending: ending,
            failure: line.optional("failure")?.string,
            cooldownUntil: line.optional("cooldown_until")?.timestamp,
            request: try request(try line.value("request"), place + ".request")
        )
        if let response = line.optional("response") {
            attempt.response = try self.response(response, place + ".response")
        }
        attempt.cooldownReason = line.optional("cooldown_reason")?.string
        attempt.waited = try line.time("waited_us", orMilliseconds: "waited_ms") ?? 0
        attempt.rejected = rejected(line)
        line.optional("changes")?.forEachElement { change in
            if let text = change.string { attempt.changes.append(text) }
            return true
        }
        return attempt
    }

    private func decision(_ value: JSONValue) throws(StoreError) -> AnswerDecision {
        let line = MemberReader(value, "decision")
        return AnswerDecision(
            because: line.optional("because")?.string ?? "",
            rejected: rejected(line),
            waited: try line.time("waited_us", orMilliseconds: "waited_ms") ?? 0
        )
    }

    private func rejected(_ line: MemberReader) -> [RejectedCandidate] {
        var rejected: [RejectedCandidate] = []
        line.optional("rejected")?.forEachElement { candidate in
            let members = candidate.members
            rejected.append(
                RejectedCandidate(
                    account: members["account"]?.string ?? "",
                    because: members["because"]?.string ?? ""
                )
            )
            return true
        }
        return rejected
    }

    private func request(_ value: JSONValue, _ place: String) throws(StoreError) -> RecordedRequest {
        let line = MemberReader(value, place)
        return RecordedRequest(
            method: try line.text("method"),
            path: try line.text("path"),
            query: line.optional("query")?.string,
            headers: try headers(line),
            body: try body(line)
        )
    }

    private func response(_ value: JSONValue, _ place: String) throws(StoreError) -> RecordedResponse {
        let line = MemberReader(value, place)
        guard let status = try line.value("status").int, (100...999).contains(status) else {
            throw line.wrong("status")
        }
        var response = RecordedResponse(status: status, headers: try headers(line), body: try body(line))
        var isSound = true
        line.optional("chunks")?.forEachElement { pair in
            var numbers: [Int] = []
            pair.forEachElement {
                if let number = $0.int { numbers.append(number) }
                return numbers.count < 2
            }
            guard numbers.count == 2, numbers.allSatisfy({ MemberReader.range.contains(Int64($0)) }) else {
                isSound = false
                return false
            }
            response.chunks.append(Chunk(offset: Int64(numbers[0]), length: numbers[1]))
            return true
        }
        guard isSound else { throw line.wrong("chunks") }
        return response
    }

    private func headers(_ line: MemberReader) throws(StoreError) -> HeaderBlock {
        let isLatin = line.optional("headers_encoding")?.string == "latin1"
        var block = HeaderBlock()
        var isSound = true
        try line.value("headers").forEachElement { pair in
            var texts: [String] = []
            pair.forEachElement {
                if let text = $0.string { texts.append(text) }
                return texts.count < 2
            }
            // A line end in a value would begin another line, or another message, where it is sent.
            guard texts.count == 2, !texts[0].isEmpty, !texts.contains(where: { $0.utf8.contains(where: Self.ends) })
            else {
                isSound = false
                return false
            }
            let bytes = texts.map { text in
                isLatin ? text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } : Array(text.utf8)
            }
            block.append(name: bytes[0], value: bytes[1])
            return true
        }
        guard isSound else { throw line.wrong("headers") }
        return block
    }

    private static func ends(_ byte: UInt8) -> Bool { byte == 0x0D || byte == 0x0A || byte == 0 }

    private func body(_ line: MemberReader) throws(StoreError) -> BodyRecord {
        var record = BodyRecord(
            wireLength: try line.length("body_bytes") ?? 0,
            omitted: line.optional("body_omitted")?.string
        )
        record.storedLength = try line.length("body_stored") ?? record.wireLength
        guard record.storedLength <= Self.bodyLimit else { throw line.wrong("body_stored") }
        if record.omitted != nil { record.storedLength = 0 }
        guard let list = line.optional("body") else { return record }
        var isSound = list.kind == .array
        list.forEachElement {
            guard let name = $0.stringContent, let digest = Digest(name: String(decoding: name, as: UTF8.self)) else {
                isSound = false
                return false
            }
            record.names.append(digest)
            return true
        }
        guard isSound else { throw line.wrong("body") }
        return record
    }
}
