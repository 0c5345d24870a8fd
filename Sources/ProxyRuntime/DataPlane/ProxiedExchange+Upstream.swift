import NIOCore
import Recorder

/// What comes from the upstream.
extension ProxiedExchange: UpstreamConsumer {
    /// Bytes of an error's body that are waited for before it is known what it is.
    private static let heldLimit = 256 << 10

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
        let isSuccess = (200..<300).contains(status)
        let isEmpty = framing == .none || framing == .length(0)
        guard hasChoice else {
            // A success is committed with its first body bytes: an upstream that breaks before them can still be answered
            // for with an honest error.
            if !isSuccess || isEmpty { commit(head, status: status) }
            return
        }
        let wall = WallClock.now()
        limits = RateLimitReport(head, at: wall)
        // Everything else is looked at when its body is there.
        guard isSuccess else { return }
        firstEvent = isEmpty ? nil : FirstEvent(head)
        if limits.rejection() != nil {
            settle(AttemptOutcome(status: status, limits: limits, body: [], at: wall), nil, at: now)
        }
        if isEmpty, let head = attempt?.head, connection != nil { commit(head, status: status) }
    }

    func upstreamBody(_ data: ByteBuffer, at now: NIODeadline) {
        attempt?.body.append(data, at: offset(now))
        guard case .uncommitted = stage else { return forward(data) }
        guard let head = attempt?.head else { return }
        let status = Int(head.text(head.second)) ?? 0
        guard hasChoice else { return deliverHeld(head) }
        guard (200..<300).contains(status) else {
            if attempt?.body.wireLength ?? 0 > ProxiedExchange.heldLimit { settle(held(status, head), nil, at: now) }
            return
        }
        switch firstEvent?.feed(data) {
        case .pending?:
            if attempt?.body.wireLength ?? 0 > FirstEvent.limit { deliverHeld(head) }
        case .error(let data)? where !isSettled:
            var outcome = AttemptOutcome(firstEventError: data, status: status, limits: limits, at: WallClock.now())
            outcome.isErrorEvent = true
            settle(outcome, nil, at: now)
        case .begun?, .error?, nil:
            deliverHeld(head)
        }
    }

    /// What the answer that was held back so far is.
    private func held(_ status: Int, _ head: HTTPHead) -> AttemptOutcome {
        let coding = head.value(.contentEncoding)
        // Errors are short; a long compressed body could be a bomb.
        let limit = coding == nil ? 64 << 10 : 8 << 10
        let bytes = Array(attempt?.body.bytes.readableBytesView.prefix(limit) ?? [])
        let headers = HeaderBlock(coding.map { [HeaderField("content-encoding", $0)] } ?? [])
        let body = BodyDecoding.decoded(bytes, headers: headers) ?? []
        return AttemptOutcome(status: status, limits: limits, body: body, at: WallClock.now())
    }

    func upstreamEnd(at now: NIODeadline) {
        if framing == .untilClose, border.isKnown, !border.isAtBorder {
            return upstreamFailed(UpstreamFailure(cause: .closed, reason: "the stream ended inside an event"), at: now)
        }
        guard let head = attempt?.head else { return }
        let status = Int(head.text(head.second)) ?? 0
        if case .uncommitted = stage {
            guard hasChoice, !isSettled else {
                deliverHeld(head)
                return endAnswer(OutcomeKind.of(attempt, limits: hasChoice ? limits : nil), at: now)
            }
            if firstEvent != nil {
                let reason = "the stream ended before its first event"
                return upstreamFailed(UpstreamFailure(cause: .closed, reason: reason), at: now)
            }
            return settle(held(status, head), .complete, at: now)
        }
        endAnswer(OutcomeKind.of(attempt, limits: hasChoice ? limits : nil), at: now)
    }

    func upstreamReadComplete() {
        switch stage {
        case .committed:
            answer.send()
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
        guard case .uncommitted = stage else {
            leaveRoute(AttemptOutcome(kind: kind))
            endAttempt(kind, ending, failure: failure.reason, at: now)
            return breakOff(kind, ending, failure, at: now)
        }
        guard hasChoice, failure.cause != .stopped else {
            leaveRoute(nil)
            endAttempt(kind, ending, failure: failure.reason, at: now)
            return giveFailure()
        }
        var outcome = AttemptOutcome(kind: kind)
        outcome.limits = limits
        outcome.isUnsent = failure.isUnread || failure.cause == .unreachable || failure.cause == .connectTimeout
        settle(outcome, ending, failure: failure.reason, at: now)
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
