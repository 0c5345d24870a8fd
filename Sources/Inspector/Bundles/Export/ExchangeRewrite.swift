import Recorder

/// One exchange on its way out: ids become tags, and the detectors look at everything again.
struct ExchangeRewrite {
    private struct BodyKey: Hashable {
        var record: BodyRecord
        var type: String?
        var encoding: String?
        var chunks: [Int]
    }

    private struct Outcome {
        var record: BodyRecord
        var chunks: [Int]
        var kinds: [String]
        /// Why the body is left out, if it is.
        var reason: String?
    }

    private let recorded: RecordedExchange
    private let rules: ExportRules
    private var bodies: RewrittenBodies
    private var tags: IdentityTags
    private var done: [BodyKey: Outcome] = [:]
    /// What the detectors found.
    private(set) var places: [SecretPlace] = []
    /// Bodies that are left out as they can't be changed, a line each.
    private(set) var notices: [String] = []

    init(_ recorded: RecordedExchange, _ rules: ExportRules) {
        self.recorded = recorded
        self.rules = rules
        bodies = RewrittenBodies(base: recorded.bodies)
        tags = rules.identities
    }

    /// The exchange as it may leave, unless `places` says otherwise.
    ///
    /// - Throws: `StoreError` when a body can't be read.
    mutating func run() throws -> RecordedExchange {
        var exchange = recorded.exchange
        if !rules.keepsIdentities { try collectIdentities() }
        let address = exchange.address
        exchange.session = text(exchange.session, "session", address)
        if !rules.keepsIdentities { exchange.user = exchange.user.map(tags.taggedUser) }
        exchange.user = text(exchange.user, "user", address)
        exchange.clientKey = text(exchange.clientKey, "client key", address)
        exchange.model = text(exchange.model, "model", address)
        exchange.replayOf = text(exchange.replayOf, "replay mark", address)
        exchange.request = try request(exchange.request, address)
        for index in exchange.attempts.indices {
            let place = ExchangeAddress(exchange: exchange.number, attempt: index + 1)
            exchange.attempts[index] = try attempt(exchange.attempts[index], place)
        }
        exchange.decision = decision(exchange.decision, address)
        exchange.response = try response(exchange.response, address)
        // Derived anew: what the line of a stranger's bundle says beside its bodies was not looked at.
        let source = bodies
        let summary = ExchangeDerivation.summary(of: exchange) { try source.body($0) }
        return RecordedExchange(exchange: exchange, summary: summary, bodies: source)
    }

    // MARK: - Ids

    private mutating func collectIdentities() throws {
        let exchange = recorded.exchange
        if let user = exchange.user { tags.note(IdentityText(user: user)) }
        var seen: Set<BodyRecord> = []
        for request in [exchange.request] + exchange.attempts.map(\.request) {
            tags.note(query: request.query)
            try collectIdentities(request.body, request.headers, &seen)
        }
        for response in [exchange.response].compactMap({ $0 }) + exchange.attempts.compactMap(\.response) {
            try collectIdentities(response.body, response.headers, &seen)
        }
    }

    private mutating func collectIdentities(
        _ body: BodyRecord,
        _ headers: HeaderBlock,
        _ seen: inout Set<BodyRecord>
    ) throws {
        guard body.omitted == nil, seen.insert(body).inserted else { return }
        if let text = BodyDecoding.decoded(try recorded.body(body), headers: headers) { tags.note(body: text) }
    }

    // MARK: - Heads

    private mutating func request(
        _ request: RecordedRequest,
        _ address: ExchangeAddress
    ) throws -> RecordedRequest {
        var request = request
        request.method = text(request.method, "method", address) ?? ""
        request.path = text(request.path, "path", address) ?? ""
        if let query = request.query {
            let tagged = rules.keepsIdentities ? query : tags.tagged(query: query)
            let masked = Array(tagged.utf8).withUnsafeBytes { rules.masker.maskedQuery($0) }
            request.query = checked(tagged, masked.map { String(decoding: $0, as: UTF8.self) }, "query", address)
        }
        request.headers = headers(request.headers, "request", address)
        request.body = try body(request.body, request.headers, [], "request", address).record
        return request
    }

    private mutating func response(
        _ response: RecordedResponse?,
        _ address: ExchangeAddress
    ) throws -> RecordedResponse? {
        guard var response else { return nil }
        response.headers = headers(response.headers, "response", address)
        let lengths = response.chunks.map(\.length)
        let outcome = try body(response.body, response.headers, lengths, "response", address)
        response.body = outcome.record
        response.chunks = zip(response.chunks, outcome.chunks).map { Chunk(offset: $0.offset, length: $1) }
        return response
    }

    private mutating func attempt(_ attempt: Attempt, _ address: ExchangeAddress) throws -> Attempt {
        var attempt = attempt
        attempt.target = text(attempt.target, "target", address) ?? ""
        attempt.account = text(attempt.account, "account", address)
        attempt.because = text(attempt.because, "because", address) ?? ""
        attempt.failure = text(attempt.failure, "failure", address)
        attempt.changes = attempt.changes.map { text($0, "changes", address) ?? "" }
        attempt.rejected = rejected(attempt.rejected, "rejected", address)
        attempt.cooldownReason = text(attempt.cooldownReason, "cool-down reason", address)
        attempt.request = try request(attempt.request, address)
        attempt.response = try response(attempt.response, address)
        return attempt
    }

    private mutating func decision(_ decision: AnswerDecision?, _ address: ExchangeAddress) -> AnswerDecision? {
        guard var decision else { return nil }
        decision.because = text(decision.because, "decision because", address) ?? ""
        decision.rejected = rejected(decision.rejected, "decision rejected", address)
        return decision
    }

    private mutating func rejected(
        _ candidates: [RejectedCandidate],
        _ place: String,
        _ address: ExchangeAddress
    ) -> [RejectedCandidate] {
        candidates.map {
            RejectedCandidate(
                account: text($0.account, "\(place) account", address) ?? "",
                because: text($0.because, "\(place) because", address) ?? ""
            )
        }
    }

    private mutating func headers(_ block: HeaderBlock, _ side: String, _ address: ExchangeAddress) -> HeaderBlock {
        let tagged = rules.keepsIdentities ? block : tags.tagged(headers: block)
        let masked = rules.masker.masked(tagged)
        guard masked != tagged else { return tagged }
        for index in masked.indices where masked[index] != tagged[index] {
            let name = Self.printable(masked[index].name)
            note(
                kinds(Self.bytes(of: tagged[index]), Self.bytes(of: masked[index])),
                "\(side) header \(name)",
                address
            )
        }
        return rules.remasks ? masked : tagged
    }

    // MARK: - Texts

    private mutating func text(_ text: String?, _ place: String, _ address: ExchangeAddress) -> String? {
        guard let text else { return nil }
        let tagged = rules.keepsIdentities ? text : tags.tagged(text: text)
        return checked(tagged, rules.masker.masked(tagged), place, address)
    }

    private mutating func checked(
        _ text: String,
        _ masked: String?,
        _ place: String,
        _ address: ExchangeAddress
    ) -> String {
        guard let masked, masked != text else { return text }
        note(kinds(Array(text.utf8), Array(masked.utf8)), place, address)
        return rules.remasks ? masked : text
    }

    private mutating func note(_ kinds: [String], _ place: String, _ address: ExchangeAddress) {
        places.append(SecretPlace(address: address, place: place, kinds: kinds))
    }

    /// The kinds of the placeholders that masking added.
    private func kinds(_ before: [UInt8], _ after: [UInt8]) -> [String] {
        let known = before.withUnsafeBytes { Placeholders.counts(in: $0) }
        let now = after.withUnsafeBytes { Placeholders.counts(in: $0) }
        let added = now.filter { $0.value > known[$0.key] ?? 0 }.keys.sorted()
        return added.isEmpty ? ["secret"] : added
    }

    private static func bytes(of field: HeaderField) -> [UInt8] { Array((field.name + ":" + field.value).utf8) }

    /// A header's name comes from a stranger and goes to a terminal.
    private static func printable(_ text: String) -> String {
        String(text.prefix(60).map { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.*:".contains($0)) ? $0 : "?" })
    }

    // MARK: - Bodies

    private mutating func body(
        _ record: BodyRecord,
        _ headers: HeaderBlock,
        _ chunks: [Int],
        _ side: String,
        _ address: ExchangeAddress
    ) throws -> (record: BodyRecord, chunks: [Int]) {
        var record = record
        guard record.omitted == nil, record.storedLength > 0 else {
            record.omitted = text(record.omitted, "\(side) body's reason", address)
            return (record, chunks)
        }
        let key = BodyKey(
            record: record,
            type: headers.first("content-type"),
            encoding: headers.first("content-encoding"),
            chunks: chunks
        )
        let outcome = try done[key] ?? rewrite(key, headers)
        done[key] = outcome
        if !outcome.kinds.isEmpty { note(outcome.kinds, "\(side) body", address) }
        if let reason = outcome.reason { notices.append("\(address) \(side) body is left out: \(reason)") }
        return (outcome.record, outcome.chunks)
    }

    private mutating func rewrite(_ key: BodyKey, _ headers: HeaderBlock) throws -> Outcome {
        var bytes = try recorded.body(key.record)
        var pieces = try recorded.bodies.pieces(of: key.record)
        var outcome = Outcome(record: key.record, chunks: Self.fitting(key.chunks, bytes.count), kinds: [])
        var isChanged = false
        let decoded = BodyDecoding.decoded(bytes, headers: headers) ?? []
        let type = StreamType.contentType(of: decoded, said: key.type)
        let hasParts = StreamType.hasParts(type)
        if !rules.keepsIdentities, !tags.isEmpty, let splice = tags.splice(decoded, hasParts: hasParts) {
            if let coding = key.encoding, !["", "identity"].contains(coding.lowercased()) {
                return omitted(outcome, "it holds ids behind content-encoding \(Self.printable(coding))")
            }
            (bytes, pieces) = cut(bytes, pieces, splice)
            outcome.chunks = splice.lengths(of: outcome.chunks)
            isChanged = true
            guard tags.splice(bytes, hasParts: hasParts) == nil else {
                outcome.kinds = ["id"]
                return omitted(outcome, "it holds ids that can't be replaced")
            }
        }
        let masked = bytes.withUnsafeBytes {
            rules.masker.maskedBody(
                $0,
                chunkLengths: outcome.chunks,
                contentType: type,
                contentEncoding: key.encoding
            )
        }
        switch masked {
        case .unchanged: break
        case .omitted(let reason):
            outcome.kinds = ["unreadable (\(reason))"]
            return omitted(outcome, reason)
        case .masked(let replaced, let lengths):
            let before = BodyDecoding.decoded(bytes, headers: headers) ?? []
            let after = BodyDecoding.decoded(replaced, headers: headers) ?? []
            outcome.kinds = kinds(before, after)
            guard isClean(replaced, lengths, type, key.encoding) else {
                return omitted(outcome, "it holds secrets that can't be replaced")
            }
            pieces = Self.runs(of: replaced).map { bodies.add(Array(replaced[$0])) }
            outcome.chunks = lengths
            isChanged = true
        }
        if isChanged { outcome.record = bodies.add(pieces, wireLength: key.record.wireLength) }
        return outcome
    }

    /// Whether the detectors find nothing more in what they have changed.
    private func isClean(_ bytes: [UInt8], _ chunks: [Int], _ type: String?, _ encoding: String?) -> Bool {
        let again = bytes.withUnsafeBytes {
            rules.masker.maskedBody($0, chunkLengths: chunks, contentType: type, contentEncoding: encoding)
        }
        if case .unchanged = again { return true }
        return false
    }

    private func omitted(_ outcome: Outcome, _ reason: String) -> Outcome {
        var outcome = outcome
        outcome.reason = reason
        outcome.record = BodyRecord(wireLength: outcome.record.wireLength, omitted: reason)
        outcome.chunks = outcome.chunks.map { _ in 0 }
        return outcome
    }

    /// The pieces after edits: those that no edit touches stay what they are.
    private mutating func cut(
        _ bytes: [UInt8],
        _ pieces: [BodyPiece],
        _ splice: Splice
    ) -> ([UInt8], [BodyPiece]) {
        let changed = splice.applied(to: bytes)
        var result: [BodyPiece] = []
        var old = 0
        var new = 0
        for (piece, length) in zip(pieces, splice.lengths(of: pieces.map(\.length))) {
            if !splice.touches(old..<(old + piece.length)) {
                result.append(piece)
            } else if length > 0 {
                result.append(bodies.add(Array(changed[new..<(new + length)])))
            }
            old += piece.length
            new += length
        }
        return (changed, result)
    }

    /// Where to cut a body that is new as a whole.
    private static func runs(of bytes: [UInt8]) -> [Range<Int>] {
        let longest = 1 << 20
        return bytes.withUnsafeBytes { BodyCutter.cut($0).units }.flatMap { unit in
            stride(from: unit.range.lowerBound, to: unit.range.upperBound, by: longest).map {
                $0..<min(unit.range.upperBound, $0 + longest)
            }
        }
    }

    /// Lengths that add up to the body's, whatever a stranger wrote: bytes that no chunk has came with the last one.
    private static func fitting(_ chunks: [Int], _ count: Int) -> [Int] {
        var rest = count
        var lengths = chunks.map { length in
            let taken = min(max(0, length), rest)
            rest -= taken
            return taken
        }
        if !lengths.isEmpty { lengths[lengths.count - 1] += rest }
        return lengths
    }
}
