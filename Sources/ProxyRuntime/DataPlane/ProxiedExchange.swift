import NIOCore
import Recorder

/// One exchange on its way: asks the policy for a target, sends the request there, gives the answer to the client as
/// it comes, and notes everything for the recorder.
final class ProxiedExchange {
    private enum Stage {
        /// Nothing of an answer has gone to the client.
        case uncommitted
        /// The head has gone out; the body goes to the client in this framing.
        case committed(BodyFraming)
        /// All is written; the last part waits until it is recorded.
        case recording
        case over
    }

    private let request: IncomingRequest
    private let client: ClientConnection
    private let worker: Worker
    private var stage = Stage.uncommitted
    private var captured: CapturedExchange
    private var attempt: CapturedAttempt?
    private var connection: UpstreamConnection?
    private var framing = BodyFraming.none
    private var border = EventBorder()
    private var pending: ByteBuffer?
    private var requestIsHandedOver = false
    private var isRefused = false
    private var isPaused = false
    private var endsWithClose = false
    private var failure: UpstreamFailure?

    init(_ request: IncomingRequest, client: ClientConnection) {
        self.request = request
        self.client = client
        worker = client.worker
        captured = CapturedExchange(
            id: worker.nextID(request.start.wall),
            startedAt: request.start.wall,
            head: request.head
        )
        captured.bodyLength = request.received
    }

    private func offset(_ now: NIODeadline) -> Int64 {
        max(0, (now - request.start.monotonic).nanoseconds / 1000)
    }

    // MARK: - Attempts

    /// Begins the first attempt.
    func start() {
        follow(worker.policy.requestArrived())
    }

    private func follow(_ decision: PassThroughPolicy.Decision) {
        switch decision {
        case .attempt(let target, let name, let account, let because):
            attempt = CapturedAttempt(
                target: name,
                account: account,
                because: because,
                startedAt: offset(.now())
            )
            send(to: target, fresh: false)
        case .answer:
            answerFailure()
        }
    }

    private func send(to target: UpstreamTarget, fresh: Bool) {
        let forwarded = ForwardedRequest(
            request.head,
            pathAndQuery: request.target.pathAndQuery,
            target: target,
            bodyLength: request.body?.readableBytes,
            allocator: worker.allocator
        )
        attempt?.sent = forwarded.derived
        attempt?.changes +=
            fresh ? ["sent again on a new connection: the upstream had closed the idle one"] : forwarded.changes
        let connection = worker.pool.connection(to: target, fresh: fresh, for: self)
        self.connection = connection
        connection.send(head: forwarded.bytes, body: request.body, isHead: request.isHead, to: self)
    }

    // MARK: - The end

    private func endAttempt(_ kind: AttemptKind, _ ending: Ending, failure: String? = nil, at now: NIODeadline) {
        guard var attempt else { return }
        attempt.kind = kind
        attempt.ending = ending
        attempt.failure = failure
        attempt.endedAt = offset(now)
        captured.attempts.append(attempt)
        self.attempt = nil
        connection = nil
    }

    /// Hands the exchange to the recorder; the end of the answer goes out when it is recorded.
    private func finish(_ ending: Ending, at now: NIODeadline) {
        captured.ending = ending
        captured.duration = offset(now)
        if !requestIsHandedOver { captured.body = request.body }
        request.abandon()
        sendPending()
        let waits = worker.settings.isStrict && ending != .clientCancelled
        stage = waits ? .recording : .over
        worker.recorder.submit(.finished(captured), releasing: waits ? worker.awaitRecording(of: self) : nil)
        if !waits { letGo() }
    }

    /// The recorder has written the exchange, or counted it as lost.
    func isRecorded() {
        guard case .recording = stage else { return }
        stage = .over
        letGo()
    }

    private func letGo() {
        client.flush()
        if captured.ending == .complete || captured.answer?.own != nil {
            client.answerIsOut(refused: isRefused)
        } else {
            // Where the close is the end of the body, only a reset tells that the end is not whole.
            client.abort(reset: endsWithClose)
        }
    }

    /// The client has closed its connection.
    func clientLeft() {
        let now = NIODeadline.now()
        connection?.cancel()
        switch stage {
        case .recording, .over:
            stage = .over
        case .uncommitted, .committed:
            endAttempt(.clientCancelled, .clientCancelled, at: now)
            finish(.clientCancelled, at: now)
        }
    }

    /// The time to drain is over: what is open ends now, as if the upstream had broken off.
    func proxyStops() {
        switch stage {
        case .recording, .over: return
        case .uncommitted, .committed: break
        }
        connection?.cancel()
        upstreamFailed(UpstreamFailure(cause: .stopped, reason: "the proxy was stopped"), at: .now())
    }

    // MARK: - Answers of the proxy's own

    /// Refuses the request before any attempt; the client may still be sending.
    func refuse(_ answer: ProxyAnswer) {
        isRefused = true
        captured.bodyOmitted = "refused: \(answer.code.rawValue)"
        self.answer(answer, at: .now())
    }

    private func answerFailure() {
        let reason = failure?.reason ?? "no answer"
        let answer: ProxyAnswer
        switch failure?.cause {
        case .connectTimeout, .firstByteTimeout, .idleTimeout:
            answer = ProxyAnswer(status: 504, code: .upstreamTimeout, message: "the upstream did not answer: \(reason)")
        case .unreachable:
            answer = ProxyAnswer(status: 502, code: .unreachable, message: "the upstream cannot be reached: \(reason)")
        case .malformed:
            answer = ProxyAnswer(status: 502, code: .upstreamMalformed, message: reason)
        case .stopped:
            answer = ProxyAnswer(status: 503, code: .unavailable, message: reason)
        case .reset, .closed, nil:
            answer = ProxyAnswer(status: 502, code: .upstreamClosed, message: "the upstream gave no answer: \(reason)")
        }
        self.answer(answer, at: .now())
    }

    private func answer(_ answer: ProxyAnswer, at now: NIODeadline) {
        let body = answer.body(requestID: captured.id.description)
        let closes = isRefused || client.closesAfterAnswer
        let lines = answer.lines(bodyLength: body.utf8.count, exchange: captured.id, closes: closes)
        var head = DerivedHead()
        var bytes = worker.allocator.buffer(capacity: 512 + body.utf8.count)
        bytes.writeString("HTTP/1.1 \(answer.status) \(answer.reason)\r\n")
        for line in lines {
            bytes.writeString("\(line.name): \(line.value)\r\n")
            head.write(line.name, line.value)
        }
        bytes.writeString("\r\n")
        if !request.isHead { bytes.writeString(body) }
        captured.answer = CapturedAnswer(status: answer.status, head: head, repeatsAttempt: false)
        if !request.isHead { own(body, at: now) }
        pending = bytes
        finish(.complete, at: now)
    }

    private func own(_ text: String, at now: NIODeadline) {
        captured.answer?.own = ByteBuffer(string: text)
        captured.answer?.ownAt = offset(now)
    }

    // MARK: - Towards the client

    private func commit(_ head: HTTPHead, status: Int) {
        var toClient = framing
        if framing == .chunked || framing == .untilClose { toClient = request.isVersion11 ? .chunked : .untilClose }
        // HEAD and 304 announce a framing that no body follows.
        endsWithClose = toClient == .untilClose
        if endsWithClose { client.closeBehindAnswer() }
        let connection: String? = client.closesAfterAnswer ? "close" : request.isVersion11 ? nil : "keep-alive"
        let forwarded = ForwardedResponse(
            head,
            isChunked: toClient == .chunked,
            connection: connection,
            exchange: captured.id,
            allocator: worker.allocator
        )
        captured.answer = CapturedAnswer(status: status, head: forwarded.derived, repeatsAttempt: true)
        stage = .committed(toClient)
        pending = forwarded.bytes
    }

    private func forward(_ data: ByteBuffer) {
        guard case .committed(let toClient) = stage else { return }
        let isChunked = toClient == .chunked
        if data.readableBytes <= ProxiedExchange.copyLimit {
            var bytes = pending ?? worker.allocator.buffer(capacity: data.readableBytes + 16)
            pending = nil
            if isChunked { bytes.writeString(String(data.readableBytes, radix: 16) + "\r\n") }
            bytes.writeImmutableBuffer(data)
            if isChunked { bytes.writeStaticString("\r\n") }
            pending = bytes
        } else {
            if isChunked { append(String(data.readableBytes, radix: 16) + "\r\n") }
            sendPending()
            client.write(data)
            if isChunked { append("\r\n") }
        }
    }

    /// Runs up to this size are joined into one write.
    private static let copyLimit = 16 << 10

    private func append(_ text: String) {
        var bytes = pending ?? worker.allocator.buffer(capacity: text.utf8.count)
        pending = nil
        bytes.writeString(text)
        pending = bytes
    }

    private func sendPending() {
        guard let bytes = pending else { return }
        pending = nil
        client.write(bytes)
    }

    /// The client takes bytes again.
    func clientIsWritable() {
        connection?.resume()
    }

    /// Gives the recorder what it may have before the end, so that memory follows what is on its way, not what was.
    private func handOver() {
        guard case .committed = stage else { return }
        if !requestIsHandedOver, let body = request.body {
            requestIsHandedOver = true
            if body.readableBytes > 0 {
                worker.recorder.submit(.request(captured.id, captured.head, body), releasing: nil)
            }
            request.abandon()
        }
        if let size = attempt?.body.bytes.readableBytes, size >= worker.partSize, let part = attempt?.body.take(),
            let head = attempt?.head
        {
            worker.recorder.submit(
                .responsePart(captured.id, attempt: captured.attempts.count, head, part),
                releasing: nil
            )
        }
    }
}

// MARK: - From the upstream

extension ProxiedExchange: UpstreamConsumer {
    var wantsUpstreamBytes: Bool {
        guard client.isWritable else { return false }
        guard worker.recorder.isOverloaded else { return true }
        if !isPaused {
            isPaused = true
            worker.whenRecorderIsFree { [weak self] in
                self?.isPaused = false
                self?.connection?.resume()
            }
        }
        return false
    }

    func upstreamInterim(_ head: HTTPHead) {
        // The client got its 100 from this proxy; others mean something to it (RFC 9110 section 15.2).
        guard request.isVersion11, !head.withBytes(head.second, { $0.elementsEqual("100".utf8) }) else { return }
        client.write(head.bytes)
    }

    func upstreamHead(_ head: HTTPHead, status: Int, framing: BodyFraming, at now: NIODeadline) {
        attempt?.firstByteAt = offset(now)
        attempt?.head = head
        self.framing = framing
        border = EventBorder(head)
        // A success is committed with its first body bytes: an upstream that breaks before them can still be answered
        // for with an honest error.
        if !(200..<300).contains(status) || framing == .none || framing == .length(0) { commit(head, status: status) }
    }

    func upstreamBody(_ data: ByteBuffer, at now: NIODeadline) {
        if case .uncommitted = stage, let head = attempt?.head {
            commit(head, status: Int(head.text(head.second)) ?? 0)
        }
        attempt?.body.append(data, at: offset(now))
        border.pass(data)
        forward(data)
    }

    func upstreamEnd(at now: NIODeadline) {
        if framing == .untilClose, border.isKnown, !border.isAtBorder {
            return upstreamFailed(UpstreamFailure(cause: .closed, reason: "the stream ended inside an event"), at: now)
        }
        if case .uncommitted = stage, let head = attempt?.head {
            commit(head, status: Int(head.text(head.second)) ?? 0)
        }
        if case .committed(.chunked) = stage { append("0\r\n\r\n") }
        endAttempt(OutcomeKind.of(attempt), .complete, at: now)
        finish(.complete, at: now)
    }

    func upstreamReadComplete() {
        switch stage {
        case .committed:
            sendPending()
            client.flush()
            handOver()
        case .uncommitted:
            client.flush()
        case .recording, .over:
            return
        }
    }

    func upstreamFailed(_ failure: UpstreamFailure, at now: NIODeadline) {
        let isAnswered = attempt?.head != nil
        if !isAnswered, isStale(failure, at: now), let target = connection?.target {
            return send(to: target, fresh: true)
        }
        self.failure = failure
        let (kind, ending) = failure.outcome(isAnswered: isAnswered)
        endAttempt(kind, ending, failure: failure.reason, at: now)
        guard case .committed(let toClient) = stage else {
            return follow(worker.policy.attemptFailed())
        }
        let code: ProxyAnswer.Code = kind == .timeout ? .upstreamTimeout : .upstreamClosed
        if toClient == .chunked, border.isKnown, border.isAtBorder {
            let error = ProxyAnswer(status: kind == .timeout ? 504 : 502, code: code, message: failure.reason)
            let event = error.event(requestID: captured.id.description)
            own(event, at: now)
            forward(ByteBuffer(string: event))
            append("0\r\n\r\n")
        }
        finish(ending, at: now)
    }

    /// Whether the connection was closed by the upstream while it was idle, so that the request was not looked at.
    ///
    /// A reset proves it, and so does an end that comes sooner than an answer to the request could. Otherwise the upstream
    /// may have got the request, which is sent again only if its method is safe (RFC 9110 section 9.2.2).
    private func isStale(_ failure: UpstreamFailure, at now: NIODeadline) -> Bool {
        guard failure.cause == .closed || failure.cause == .reset, let connection, connection.earlierRequests > 0,
            !connection.hasAnswered, let sentAt = connection.sentAt
        else { return false }
        if failure.isUnread { return true }
        if connection.target.isSecure, now - sentAt <= connection.connectTime { return true }
        return request.head.withBytes(request.head.first) {
            $0.elementsEqual("GET".utf8) || $0.elementsEqual("HEAD".utf8)
        }
    }
}

extension UpstreamFailure {
    /// The kind and the ending of an attempt that failed so.
    fileprivate func outcome(isAnswered: Bool) -> (AttemptKind, Ending) {
        switch cause {
        case .connectTimeout, .firstByteTimeout, .idleTimeout: (.timeout, .timeout)
        case .unreachable: (.network, .reset)
        case .reset: (isAnswered ? .streamError : .network, .reset)
        case .closed, .stopped: (isAnswered ? .streamError : .network, .truncated)
        case .malformed: (isAnswered ? .streamError : .serverError, .truncated)
        }
    }
}
