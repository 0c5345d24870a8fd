import NIOCore
import Recorder

/// One exchange on its way: asks the router for an account, sends the request there, gives the answer to the client as
/// it comes, and notes everything for the recorder.
final class ProxiedExchange {
    enum Stage {
        /// Nothing of an answer has gone to the client.
        case uncommitted
        /// The head has gone out; the body goes to the client in this framing.
        case committed(BodyFraming)
        /// All is written; the last part waits until it is recorded.
        case recording
        case over
    }

    let request: IncomingRequest
    let client: ClientConnection
    let worker: Worker
    var stage = Stage.uncommitted
    var captured: CapturedExchange
    var answer: ClientAnswer

    // What the router knows of the request.
    var route: RequestRoute?
    var routedSince = NIODeadline.now()
    var waiting: (timer: Scheduled<Void>, since: NIODeadline, because: String)?
    var waited: Int64 = 0

    // The attempt that is on its way.
    var attempt: CapturedAttempt?
    var connection: UpstreamConnection?
    var credentials = OutgoingCredentials.client(withoutLines: [])
    var limits = RateLimitReport()
    var framing = BodyFraming.none
    var border = EventBorder()
    var firstEvent: FirstEvent?
    /// Whether the answer of the attempt is the client's, though nothing of it has gone out yet.
    var isSettled = false
    /// What the router took the answer for that is the client's.
    var settledKind: AttemptKind?
    var failure: UpstreamFailure?

    private var requestIsHandedOver = false
    private var isRefused = false
    private var isPaused = false
    private var endsWithClose = false

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
        answer = ClientAnswer(client: client, allocator: worker.allocator)
    }

    func offset(_ now: NIODeadline) -> Int64 {
        max(0, (now - request.start.monotonic).nanoseconds / 1000)
    }

    // MARK: - The end

    func endAttempt(_ kind: AttemptKind, _ ending: Ending, failure: String? = nil, at now: NIODeadline) {
        guard var attempt else { return }
        attempt.kind = kind
        attempt.ending = ending
        attempt.failure = failure
        attempt.endedAt = offset(now)
        if let cooldown = route?.cooldown {
            attempt.cooldownUntil = cooldown.until
            attempt.cooldownReason = cooldown.reason
        }
        captured.attempts.append(attempt)
        self.attempt = nil
        connection = nil
    }

    /// Hands the exchange to the recorder; the end of the answer goes out when it is recorded.
    func finish(_ ending: Ending, at now: NIODeadline) {
        captured.ending = ending
        captured.duration = offset(now)
        if !requestIsHandedOver { captured.body = request.body }
        request.abandon()
        answer.send()
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
        stopWaiting(at: now)
        switch stage {
        case .recording, .over:
            stage = .over
        case .uncommitted, .committed:
            leaveRoute(nil)
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
        let now = NIODeadline.now()
        stopWaiting(at: now)
        upstreamFailed(UpstreamFailure(cause: .stopped, reason: "the proxy was stopped"), at: now)
    }

    // MARK: - Answers of the proxy's own

    /// Refuses the request before any attempt; the client may still be sending.
    func refuse(_ answer: ProxyAnswer) {
        isRefused = true
        captured.bodyOmitted = "refused: \(answer.code.rawValue)"
        give(answer, at: .now())
    }

    /// The error that tells why the last attempt has no answer.
    func giveFailure() {
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
        give(answer, at: .now())
    }

    /// Answers the client with words of the proxy's own.
    func give(_ own: ProxyAnswer, at now: NIODeadline) {
        let body = own.body(requestID: captured.id.description)
        let closes = isRefused || client.closesAfterAnswer
        let lines = own.lines(bodyLength: body.utf8.count, exchange: captured.id, closes: closes)
        var head = DerivedHead()
        var bytes = worker.allocator.buffer(capacity: 512 + body.utf8.count)
        bytes.writeString("HTTP/1.1 \(own.status) \(own.reason)\r\n")
        for line in lines {
            bytes.writeString("\(line.name): \(line.value)\r\n")
            head.write(line.name, line.value)
        }
        bytes.writeString("\r\n")
        if !request.isHead { bytes.writeString(body) }
        captured.answer = CapturedAnswer(status: own.status, head: head, repeatsAttempt: false)
        if !request.isHead { note(own: body, at: now) }
        answer.begin(bytes)
        finish(.complete, at: now)
    }

    private func note(own text: String, at now: NIODeadline) {
        captured.answer?.own = ByteBuffer(string: text)
        captured.answer?.ownAt = offset(now)
    }

    // MARK: - Towards the client

    /// Gives the head of the attempt's answer to the client: from now on there is no other answer.
    func commit(_ head: HTTPHead, status: Int) {
        commitRoute()
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
        answer.begin(forwarded.bytes)
    }

    func forward(_ data: ByteBuffer) {
        guard case .committed(let toClient) = stage else { return }
        border.pass(data)
        answer.forward(data, isChunked: toClient == .chunked)
    }

    /// The upstream broke off behind the commit: ends the stream such that nobody takes it for whole.
    func breakOff(_ kind: AttemptKind, _ ending: Ending, _ failure: UpstreamFailure, at now: NIODeadline) {
        guard case .committed(let toClient) = stage else { return }
        let code: ProxyAnswer.Code = kind == .timeout ? .upstreamTimeout : .upstreamClosed
        if toClient == .chunked, border.isKnown, border.isAtBorder {
            let error = ProxyAnswer(status: kind == .timeout ? 504 : 502, code: code, message: failure.reason)
            let event = error.event(requestID: captured.id.description)
            note(own: event, at: now)
            forward(ByteBuffer(string: event))
            answer.endChunks()
        }
        finish(ending, at: now)
    }

    /// The client takes bytes again.
    func clientIsWritable() {
        connection?.resume()
    }

    /// Whether more of the answer may be read from the upstream now.
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

    /// Gives the recorder what it may have before the end, so that memory follows what is on its way, not what was.
    func handOver() {
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
