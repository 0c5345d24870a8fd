import NIOCore

/// Makes the masked exchange of what an event loop captured, and stores its bodies as pieces.
///
/// This is the chokepoint: whatever leaves it for a segment has gone through the masker. It belongs to the recorder's
/// thread.
struct ExchangeAssembler {
    private let masker: Masker
    private var requests: RequestStore
    private var heads: HeaderMasker
    private var forms = BodyForms()
    private var open: [ExchangeID: OpenExchange] = [:]

    init(masker: Masker, historyLimit: Int) {
        self.masker = masker
        requests = RequestStore(masker: masker, historyLimit: historyLimit)
        heads = HeaderMasker(masker: masker)
    }

    // MARK: - Parts

    /// Stores a request's body before the exchange is over.
    mutating func addRequest(
        _ id: ExchangeID,
        _ head: HTTPHead,
        _ body: ByteBuffer,
        to segment: inout SegmentWriter?
    ) {
        let exchange = openExchange(id)
        // Empty: its bytes were left out because of an overload.
        if body.readableBytes == 0 {
            exchange.isShed = true
            exchange.request = StoredRequest(body: StoredBody(omitted: "overload"))
        } else {
            exchange.request = requests.store(body, head, in: &segment)
        }
    }

    /// Stores a part of an answer before the exchange is over.
    mutating func addResponsePart(
        _ id: ExchangeID,
        _ attempt: Int,
        _ head: HTTPHead,
        _ part: CapturedStream,
        to segment: inout SegmentWriter?
    ) {
        let exchange = openExchange(id)
        let stream = exchange.stream(attempt, head, masker)
        // Empty: as above.
        if part.chunks.isEmpty {
            exchange.isShed = true
            stream.breakOff("overload")
        } else {
            stream.add(part, to: &segment)
        }
    }

    /// Notes that a part could not be stored.
    mutating func breakOff(_ item: CaptureItem) {
        switch item {
        case .request(let id, _, _):
            openExchange(id).request = StoredRequest(body: StoredBody(omitted: "store not writable"))
        case .responsePart(let id, let attempt, let head, _):
            openExchange(id).stream(attempt, head, masker).breakOff("store not writable")
        case .finished, .shed: break
        }
    }

    private mutating func openExchange(_ id: ExchangeID) -> OpenExchange {
        if let exchange = open[id] { return exchange }
        let exchange = OpenExchange()
        open[id] = exchange
        return exchange
    }

    /// Whether a body of an exchange that is not over was left out because of an overload.
    func isShed(_ id: ExchangeID) -> Bool {
        open[id]?.isShed ?? false
    }

    /// Forgets the parts of an exchange that is not recorded.
    mutating func forget(_ id: ExchangeID) {
        open[id] = nil
    }

    /// What was stored last did not reach the disk: nothing may refer to it.
    mutating func forgetStored() {
        requests.forgetHistory()
        for exchange in open.values { exchange.breakOff("store not writable") }
    }

    /// The oldest segment that an exchange which is not over has pieces in.
    var oldestSegment: Int? { open.values.compactMap(\.oldestSegment).min() }

    /// A new segment begins: later bodies do not refer to the one before.
    mutating func beginSegment() {
        requests.forgetHistory()
    }

    // MARK: - The whole

    /// Masks and stores what is left of an exchange.
    ///
    /// - Parameters:
    ///   - captured: what the event loop saw.
    ///   - segmentNumber: the segment that the exchange's frame will be in.
    ///   - segment: takes the pieces.
    /// - Returns: the exchange, still without a number.
    mutating func finish(
        _ captured: CapturedExchange,
        segmentNumber: Int,
        to segment: inout SegmentWriter?
    ) -> Exchange {
        let parts = open.removeValue(forKey: captured.id)
        let headers = heads.mask(captured.head)
        var request: StoredRequest
        if let stored = parts?.request {
            request = stored
        } else if let body = captured.body, body.readableBytes > 0 {
            request = requests.store(body, captured.head, in: &segment)
        } else {
            request = StoredRequest(body: StoredBody(omitted: captured.bodyOmitted))
        }
        request.body.wireLength = captured.bodyLength
        let target = TargetText(captured.head, masker)
        let recorded = RecordedRequest(
            // Any token may be a method, a key as well.
            method: masker.masked(captured.head.text(captured.head.first)),
            path: target.path,
            query: target.query,
            headers: headers,
            body: request.body.record(in: segmentNumber)
        )
        var exchange = Exchange(id: captured.id, startedAt: captured.startedAt, request: recorded)
        exchange.clientKey = captured.clientKey
        exchange.decision = captured.decision.map { decision in
            AnswerDecision(
                because: masker.masked(decision.because),
                rejected: decision.rejected.map(masked),
                waited: decision.waited
            )
        }
        exchange.model = request.facts.model.map { masker.masked($0) }
        exchange.stream = request.facts.stream
        (exchange.session, exchange.user) = identity(captured.head, request, target.query)
        if let mark = captured.head.lines.first(where: { $0.known == .replayMark }) {
            exchange.replayOf = masker.masked(String(captured.head.text(mark.value).prefix(64)))
        }
        exchange.ending = captured.ending
        exchange.duration = captured.duration
        for (index, attempt) in captured.attempts.enumerated() {
            let stream = parts?.streams[index]
            exchange.attempts.append(record(attempt, recorded, stream, segmentNumber, &segment))
        }
        exchange.response = answer(captured.answer, exchange.attempts.last, segmentNumber, &segment)
        if exchange.ending == .complete, captured.answer?.repeatsAttempt == true,
            exchange.attempts.last?.ending == .errorEvent
        {
            exchange.ending = .errorEvent
        }
        return exchange
    }

    private func identity(_ head: HTTPHead, _ request: StoredRequest, _ query: String?) -> (String?, String?) {
        // From the raw headers: the session is no secret, but a name that carries one must not get through.
        var named = HeaderBlock()
        for line in head.lines where line.known == .sessionID {
            head.withBytes(line.name) { name in
                head.withBytes(line.value) { named.append(name: name, value: $0) }
            }
        }
        let (session, user) = RequestIdentity.from(headers: named, metadataUserID: request.facts.userID, query: query)
        return ((session ?? request.facts.sessionHash).map { masker.masked($0) }, masker.masked(user))
    }

    private mutating func record(
        _ attempt: CapturedAttempt,
        _ client: RecordedRequest,
        _ stream: ResponseStream?,
        _ segmentNumber: Int,
        _ segment: inout SegmentWriter?
    ) -> Attempt {
        var request = client
        request.headers = derive(attempt.sent, from: client.headers)
        var recorded = Attempt(
            target: attempt.target,
            account: attempt.account,
            because: masker.masked(attempt.because),
            kind: attempt.kind,
            rejected: attempt.rejected.map(masked),
            changes: attempt.changes.map { masker.masked($0) },
            startedAt: attempt.startedAt,
            firstByteAt: attempt.firstByteAt,
            endedAt: attempt.endedAt,
            ending: attempt.ending,
            failure: attempt.failure.map { masker.masked($0) },
            cooldownUntil: attempt.cooldownUntil,
            request: request
        )
        recorded.cooldownReason = attempt.cooldownReason.map { masker.masked($0) }
        recorded.waited = attempt.waited
        guard let head = attempt.head else { return recorded }
        let stored: (body: StoredBody, chunks: [Chunk])
        var watch: ErrorEventWatch
        if let stream {
            stream.add(attempt.body, to: &segment)
            stored = stream.finish(to: &segment)
            watch = stream.watch
        } else {
            stored = store(attempt.body, head, &segment)
            watch = ErrorEventWatch(forms.form(of: head).form)
            attempt.body.bytes.withUnsafeReadableBytes { watch.feed($0) }
        }
        var body = stored.body
        body.wireLength = attempt.body.wireLength
        recorded.response = RecordedResponse(
            status: Int(head.text(head.second)) ?? 0,
            headers: heads.mask(head),
            body: body.record(in: segmentNumber),
            chunks: stored.chunks
        )
        if watch.hasError, recorded.ending == .complete {
            recorded.ending = .errorEvent
            if recorded.kind == .success { recorded.kind = watch.isOverload ? .overloaded : .streamError }
        } else if watch.isUnfinished, recorded.kind == .success {
            // Its framing came to an end, its message did not.
            recorded.kind = .streamError
        }
        return recorded
    }

    /// A reason is the proxy's own words, but may quote what an upstream said.
    private func masked(_ candidate: RejectedCandidate) -> RejectedCandidate {
        RejectedCandidate(account: candidate.account, because: masker.masked(candidate.because))
    }

    private mutating func store(
        _ stream: CapturedStream,
        _ head: HTTPHead,
        _ segment: inout SegmentWriter?
    ) -> (StoredBody, [Chunk]) {
        var body = StoredBody()
        guard stream.bytes.readableBytes > 0 else { return (body, []) }
        let (form, needsProof) = forms.form(of: head)
        let chunks = stream.bytes.withUnsafeReadableBytes { bytes in
            let masked = masker.maskedBody(
                bytes,
                chunkLengths: stream.chunks.map(\.length),
                form: form,
                needsProof: needsProof
            )
            switch masked {
            case .unchanged:
                segment.store(bytes, in: &body)
                return stream.chunks
            case .masked(let bytes, let lengths):
                bytes.withUnsafeBytes { segment.store($0, in: &body) }
                return zip(stream.chunks, lengths).map { Chunk(offset: $0.offset, length: $1) }
            case .omitted(let reason):
                body.omit(reason)
                return stream.chunks.map { Chunk(offset: $0.offset, length: 0) }
            }
        }
        return (body, chunks)
    }

    private mutating func answer(
        _ answer: CapturedAnswer?,
        _ attempt: Attempt?,
        _ segmentNumber: Int,
        _ segment: inout SegmentWriter?
    ) -> RecordedResponse? {
        guard let answer else { return nil }
        let original = answer.repeatsAttempt ? attempt?.response : nil
        var response = RecordedResponse(
            status: answer.status,
            headers: derive(answer.head, from: original?.headers ?? HeaderBlock()),
            body: original?.body ?? BodyRecord(),
            chunks: original?.chunks ?? []
        )
        if let own = answer.own {
            // The proxy's own words: they name no secret, but the reason in them may come from elsewhere.
            let text = masker.masked(String(buffer: own))
            var body = StoredBody()
            Array(text.utf8).withUnsafeBytes { segment.store($0, in: &body) }
            let record = body.record(in: segmentNumber)
            response.body.pieces += record.pieces
            response.body.storedLength += record.storedLength
            response.body.wireLength += own.readableBytes
            response.chunks.append(Chunk(offset: answer.ownAt, length: record.storedLength))
        }
        return response
    }

    // MARK: - Heads

    private mutating func derive(_ head: DerivedHead, from original: HeaderBlock) -> HeaderBlock {
        var block = HeaderBlock()
        for line in head.lines {
            switch line {
            case .original(let range):
                block.append(range.clamped(to: 0..<original.count), of: original)
            case .written(let field):
                heads.append(field, to: &block)
            }
        }
        return block
    }
}

/// Path and query of a request, masked.
private struct TargetText {
    var path: String
    var query: String?

    init(_ head: HTTPHead, _ masker: Masker) {
        let whole = head.withBytes(head.second) { whole -> (String, String?) in
            let target = TargetText.withoutAuthority(whole)
            let mark = target.firstIndex(of: UInt8(ascii: "?")) ?? target.count
            let path = UnsafeRawBufferPointer(rebasing: target[..<mark])
            let masked = masker.maskedPath(path).map { String(decoding: $0, as: UTF8.self) }
            guard mark < target.count else { return (masked ?? String(decoding: path, as: UTF8.self), nil) }
            let query = UnsafeRawBufferPointer(rebasing: target[(mark + 1)...])
            let maskedQuery = masker.maskedQuery(query).map { String(decoding: $0, as: UTF8.self) }
            return (
                masked ?? String(decoding: path, as: UTF8.self),
                maskedQuery ?? String(decoding: query, as: UTF8.self)
            )
        }
        (path, query) = whole
    }

    /// What goes upstream of a target in absolute form, `http://host/path`.
    private static func withoutAuthority(_ target: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        guard target.first != UInt8(ascii: "/"), let colon = target.firstIndex(of: UInt8(ascii: ":")),
            colon + 3 < target.count, target[colon + 1] == UInt8(ascii: "/"), target[colon + 2] == UInt8(ascii: "/")
        else { return target }
        // Without a path such a target is refused; its authority, which may hold a password, is not recorded either.
        let end = target[(colon + 3)...].firstIndex { [0x2F, 0x3F, 0x23].contains($0) } ?? target.count
        return UnsafeRawBufferPointer(rebasing: target[end...])
    }
}
