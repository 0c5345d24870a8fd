import NIOCore
import NIOSSL
import NIOTLS
import Recorder

/// One HTTP/1.1 connection to an upstream.
///
/// It sends a request at a time, parses the answer, and gives its bytes on as they arrive. It belongs to the pool of its
/// event loop.
final class UpstreamConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum State {
        /// The TLS handshake is under way.
        case securing
        case idle(since: NIODeadline)
        /// A request is out; the head of its answer is awaited.
        case waiting
        case body(BodyFraming, remaining: Int)
        case closed
    }

    let target: UpstreamTarget
    private let pool: UpstreamPool
    private var state: State
    private var context: ChannelHandlerContext?
    private var consumer: (any UpstreamConsumer)?
    private var inbound = ByteBuffer()
    private var parser: HTTPHeadParser
    private var chunks = ChunkedDecoder()
    private var isHead = false
    private var keepsAlive = true
    private var isReading = false
    private var unsentWrites = 0
    private var request: (head: ByteBuffer, body: ByteBuffer?)?
    private var lastActivity: NIODeadline

    /// How many requests went over this connection before the present one.
    private(set) var earlierRequests = 0
    /// Whether anything has come since the present request was written.
    private(set) var hasAnswered = false
    /// When the present request was written.
    private(set) var sentAt: NIODeadline?
    /// How long connecting took: about one way to the upstream and back.
    var connectTime = TimeAmount.nanoseconds(0)
    /// Whether the upstream has ended its stream, with the present request unanswered.
    private var hasEnded = false

    init(target: UpstreamTarget, pool: UpstreamPool, consumer: any UpstreamConsumer) {
        self.target = target
        self.pool = pool
        self.consumer = consumer
        state = .securing
        parser = HTTPHeadParser(limit: 256 << 10)
        lastActivity = .now()
    }

    // MARK: - What a consumer does

    /// Sends a request; the answer goes to `consumer`.
    func send(head: ByteBuffer, body: ByteBuffer?, isHead: Bool, to consumer: any UpstreamConsumer) {
        self.consumer = consumer
        self.isHead = isHead
        request = (head, body)
        if case .idle = state {
            earlierRequests += 1
            write()
        }
    }

    /// Reads on after `wantsUpstreamBytes` was false.
    func resume() {
        readIfWanted()
    }

    /// Gives the attempt up: nobody wants the answer any more.
    func cancel() {
        consumer = nil
        close()
    }

    // MARK: - Channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { connected() }
    }

    func channelActive(context: ChannelHandlerContext) {
        connected()
    }

    private func connected() {
        switch state {
        case .securing where target.isSecure: readIfWanted()
        case .securing: ready()
        // Given up while it was being made.
        case .closed: context?.close(promise: nil)
        case .idle, .waiting, .body: break
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent { inputClosed(context) }
        if case .handshakeCompleted? = event as? TLSUserEvent { ready() }
        context.fireUserInboundEventTriggered(event)
    }

    /// The upstream has ended its stream and may have closed altogether.
    private func inputClosed(_ context: ChannelHandlerContext) {
        switch state {
        case .body(.untilClose, _):
            finish(at: .now())
        case .waiting where earlierRequests > 0 && !hasAnswered:
            // A reset follows if the connection was closed before it read the request; it takes one way back.
            hasEnded = true
            let request = sentAt
            context.eventLoop.assumeIsolated().scheduleTask(in: connectTime + .milliseconds(100)) { [weak self] in
                guard let self, hasEnded, sentAt == request else { return }
                fail(UpstreamFailure(cause: .closed, reason: UpstreamConnection.closedEarly))
            }
        case .waiting, .body:
            fail(UpstreamFailure(cause: .closed, reason: UpstreamConnection.closedEarly))
        case .idle, .securing:
            close()
        case .closed:
            return
        }
    }

    private static let closedEarly = "the upstream closed the connection before the end"

    private func ready() {
        guard case .securing = state else { return }
        state = .idle(since: .now())
        if request != nil { write() }
        readIfWanted()
    }

    private func write() {
        guard let context, let request else { return }
        self.request = nil
        state = .waiting
        hasAnswered = false
        hasEnded = false
        let now = NIODeadline.now()
        sentAt = now
        lastActivity = now
        guard let body = request.body, body.readableBytes > 0 else {
            context.writeAndFlush(wrapOutboundOut(request.head), promise: nil)
            return
        }
        if body.readableBytes <= 16 << 10 {
            var whole = request.head
            whole.writeImmutableBuffer(body)
            context.writeAndFlush(wrapOutboundOut(whole), promise: nil)
            return
        }
        // A connection is free again only when its request has left, or a late rest would land in the next one.
        unsentWrites += 1
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenComplete { [weak self] _ in self?.unsentWrites -= 1 }
        context.write(wrapOutboundOut(request.head), promise: nil)
        context.writeAndFlush(wrapOutboundOut(body), promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var data = unwrapInboundIn(data)
        let now = NIODeadline.now()
        lastActivity = now
        hasAnswered = true
        if inbound.readableBytes == 0 {
            inbound = data
        } else {
            inbound.writeBuffer(&data)
        }
        do throws(HTTPParseError) {
            try parse(at: now)
        } catch {
            fail(UpstreamFailure(cause: .malformed, reason: "the upstream's answer is malformed: \(error.reason)"))
        }
        if inbound.readableBytes == 0 { inbound = ByteBuffer() }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReading = false
        consumer?.upstreamReadComplete()
        readIfWanted()
    }

    func channelInactive(context: ChannelHandlerContext) {
        switch state {
        case .body(.untilClose, _) where target.isSecure:
            finish(at: .now())
        case .waiting where !hasAnswered && !target.isSecure:
            // The end of a stream is an event of its own here: this is a reset, the request was not read to its end.
            var failure = UpstreamFailure(cause: .reset, reason: "connection reset by peer")
            failure.isUnread = true
            fail(failure)
        default:
            let cause: UpstreamFailure.Cause = sentAt == nil ? .unreachable : .closed
            fail(UpstreamFailure(cause: cause, reason: UpstreamConnection.closedEarly))
        }
        state = .closed
        pool.forget(self)
        self.context = nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // An end of TLS without its closing alert: whether it was the end is decided by the framing.
        if case .uncleanShutdown? = error as? NIOSSLError, case .body(.untilClose, _) = state {
            fail(UpstreamFailure(cause: .closed, reason: "the upstream ended TLS without saying so"))
        } else if case .securing = state {
            fail(UpstreamFailure(cause: .unreachable, reason: "TLS: \(ConnectError.reason(error))"))
        } else {
            var failure = UpstreamFailure(cause: .reset, reason: ConnectError.reason(error))
            if case .waiting = state, !hasAnswered, error is IOError { failure.isUnread = true }
            fail(failure)
        }
        close()
    }

    // MARK: - Parsing

    private func parse(at now: NIODeadline) throws(HTTPParseError) {
        while true {
            switch state {
            case .waiting:
                guard let head = try parser.parse(&inbound, isRequest: false) else { return }
                try headArrived(head, at: now)
            case .body(.chunked, _):
                if let data = try chunks.next(&inbound) {
                    consumer?.upstreamBody(data, at: now)
                } else {
                    guard chunks.isDone else { return }
                    finish(at: now)
                }
            case .body(let framing, let remaining):
                if remaining == 0 {
                    finish(at: now)
                } else {
                    let count = min(remaining, inbound.readableBytes)
                    guard count > 0, let data = inbound.readSlice(length: count) else { return }
                    if framing != .untilClose { state = .body(framing, remaining: remaining - count) }
                    consumer?.upstreamBody(data, at: now)
                }
            case .idle, .securing:
                // Nothing was asked: whatever this is, the connection is of no use any more.
                if inbound.readableBytes > 0 { close() }
                return
            case .closed:
                inbound = ByteBuffer()
                return
            }
        }
    }

    private func headArrived(_ head: HTTPHead, at now: NIODeadline) throws(HTTPParseError) {
        let status = Int(head.text(head.second)) ?? 0
        if (100..<200).contains(status) {
            guard status != 101 else { throw HTTPParseError("it switches protocols without being asked") }
            consumer?.upstreamInterim(head)
            return
        }
        let framing = try BodyFraming.ofResponse(head, status: status, isHead: isHead)
        keepsAlive =
            head.text(head.first) == "HTTP/1.1"
            ? !head.connectionSays("close") : head.connectionSays("keep-alive")
        chunks = ChunkedDecoder()
        switch framing {
        case .none: state = .body(.none, remaining: 0)
        case .length(let length): state = .body(framing, remaining: length)
        case .chunked, .untilClose: state = .body(framing, remaining: .max)
        }
        consumer?.upstreamHead(head, status: status, framing: framing, at: now)
    }

    private func finish(at now: NIODeadline) {
        guard let done = consumer else { return close() }
        consumer = nil
        if case .body(.untilClose, _) = state { keepsAlive = false }
        sentAt = nil
        if keepsAlive, unsentWrites == 0, inbound.readableBytes == 0 {
            state = .idle(since: now)
            pool.release(self)
        } else {
            close()
        }
        done.upstreamEnd(at: now)
        // The consumer is not this connection's any more when the read completes.
        done.upstreamReadComplete()
    }

    private func fail(_ failure: UpstreamFailure) {
        guard let failed = consumer else { return }
        consumer = nil
        failed.upstreamFailed(failure, at: .now())
        failed.upstreamReadComplete()
        close()
    }

    /// Gives up because of something outside the channel.
    func abandon(_ failure: UpstreamFailure) {
        fail(failure)
        close()
    }

    func close() {
        if case .closed = state { return }
        state = .closed
        pool.forget(self)
        context?.close(promise: nil)
    }

    // MARK: - Reading and time

    private func readIfWanted() {
        guard let context, !isReading, context.channel.isActive else { return }
        // What is read of a handshake is no answer.
        if case .securing = state {} else if let consumer, !consumer.wantsUpstreamBytes { return }
        isReading = true
        context.read()
    }

    /// Ends what has waited too long.
    func checkTime(_ now: NIODeadline, _ limits: TimeLimits) {
        switch state {
        case .securing:
            guard now - lastActivity > limits.connect else { return }
            let reason = "no connection within \(limits.connect.text)"
            fail(UpstreamFailure(cause: .connectTimeout, reason: reason))
        case .idle(let since):
            if now - since > limits.upstreamIdle { close() }
        case .waiting:
            guard now - lastActivity > limits.firstByte else { return }
            let reason = "no first byte of an answer within \(limits.firstByte.text)"
            fail(UpstreamFailure(cause: .firstByteTimeout, reason: reason))
        case .body:
            // A client that does not read is no silence of the upstream.
            if !isReading { lastActivity = now }
            guard now - lastActivity > limits.betweenBytes else { return }
            let reason = "no further byte of the answer within \(limits.betweenBytes.text)"
            fail(UpstreamFailure(cause: .idleTimeout, reason: reason))
        case .closed:
            return
        }
    }
}
