import NIOCore
import Recorder

/// One client's connection: reads requests strictly, one at a time, and writes answers in the same order.
///
/// It reads on while an answer is on its way, so that a client that leaves is noticed, and keeps what it reads then
/// (pipelined requests) up to a limit.
final class ClientConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum State {
        case head
        case body(IncomingRequest)
        /// An exchange or a page is being answered.
        case answering
        /// The answer is out and refuses what the client still sends; that is read and dropped for a while.
        case lingering(since: NIODeadline)
        case closed
    }

    let worker: Worker
    private(set) var context: ChannelHandlerContext?
    private var state = State.head
    private var inbound = ByteBuffer()
    private var parser: HTTPHeadParser
    private var exchange: ProxiedExchange?
    private var isReading = false
    private var isHeldBack = false
    private var isParsing = false
    private var lastActivity = NIODeadline.now()
    private var firstByteAt: (wall: Timestamp, monotonic: NIODeadline)?

    /// Whether the connection is closed behind the present answer.
    private(set) var closesAfterAnswer = false

    /// Bytes of further requests that are kept while one is being answered.
    private static let pipelineLimit = 64 << 10

    init(worker: Worker) {
        self.worker = worker
        parser = HTTPHeadParser(limit: worker.settings.headLimit)
    }

    // MARK: - Channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        worker.add(self)
        if context.channel.isActive { readIfWanted() }
    }

    func channelActive(context: ChannelHandlerContext) {
        readIfWanted()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var data = unwrapInboundIn(data)
        let now = NIODeadline.now()
        lastActivity = now
        if case .lingering = state { return }
        if firstByteAt == nil, case .head = state { firstByteAt = (WallClock.now(), now) }
        if inbound.readableBytes == 0 {
            inbound = data
        } else {
            inbound.writeBuffer(&data)
        }
        process()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReading = false
        readIfWanted()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { exchange?.clientIsWritable() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        gone()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A reset by the client, mostly; nothing can be told to it any more.
        context.close(promise: nil)
    }

    private func gone() {
        if case .body(let request) = state { request.abandon() }
        state = .closed
        worker.remove(self)
        let left = exchange
        exchange = nil
        context = nil
        left?.clientLeft()
    }

    private func readIfWanted() {
        guard let context, !isReading, !isHeldBack else { return }
        switch state {
        case .answering where inbound.readableBytes >= ClientConnection.pipelineLimit: return
        case .closed: return
        default: break
        }
        isReading = true
        context.read()
    }

    // MARK: - Requests

    /// Goes on with what has been read, as far as it reaches.
    private func process() {
        guard !isParsing else { return }
        isParsing = true
        defer { isParsing = false }
        do throws(HTTPParseError) {
            while try step() {}
        } catch {
            refuse(error)
        }
        if inbound.readableBytes == 0 { inbound = ByteBuffer() }
    }

    /// - Returns: whether there may be more to do.
    private func step() throws(HTTPParseError) -> Bool {
        switch state {
        case .head:
            guard inbound.readableBytes > 0, let head = try parser.parse(&inbound, isRequest: true) else {
                // Empty lines only: no request has begun.
                if inbound.readableBytes == 0 { firstByteAt = nil }
                return false
            }
            // Pages are not recorded: they say how it goes also while others wait.
            let isRecorded = head.withBytes(head.second) { $0.first != 0x2F || $0.starts(with: "/v1/".utf8) }
            guard !isRecorded || !worker.recorder.isOverloaded else {
                holdBack { $0.begin(head) }
                return false
            }
            try headArrived(head)
            return true
        case .body(let request):
            guard try request.read(&inbound) else {
                if request.isWaitingForMemory { waitForMemory() }
                return false
            }
            bodyArrived(request)
            return true
        case .answering, .lingering, .closed:
            return false
        }
    }

    /// Stops reading until the recorder has room, then goes on: its overload makes clients wait.
    private func holdBack(_ goOn: @escaping (ClientConnection) -> Void) {
        isHeldBack = true
        state = .answering
        worker.whenRecorderIsFree { [weak self] in
            guard let self, context != nil else { return }
            isHeldBack = false
            goOn(self)
            process()
            readIfWanted()
        }
    }

    private func begin(_ head: HTTPHead) {
        do throws(HTTPParseError) {
            try headArrived(head)
        } catch {
            refuse(error)
        }
    }

    private func headArrived(_ head: HTTPHead) throws(HTTPParseError) {
        let start = firstByteAt ?? (WallClock.now(), .now())
        firstByteAt = nil
        let request = try IncomingRequest(head, start: start, client: self)
        closesAfterAnswer = !request.keepsAlive || worker.isDraining
        if request.isTooLarge {
            return refuse(
                request,
                413,
                .requestTooLarge,
                "the request body is larger than \(worker.settings.bodyLimit) bytes"
            )
        }
        if request.hasUnknownExpectation {
            return refuse(request, 417, .expectationFailed, "the only expectation understood is 100-continue")
        }
        if request.isProxied {
            switch worker.clientKeys.check(head, at: request.start.wall) {
            case .open:
                if let answer = worker.strangerRefusal(head) { return refuse(request, answer) }
            case .accepted(let name, let lines): (request.clientKey, request.clientKeyLines) = (name, lines)
            case .refused(let answer, _): return refuse(request, answer)
            }
        }
        state = .body(request)
        if request.expectsContinue, inbound.readableBytes == 0, let context {
            let line = context.channel.allocator.buffer(staticString: "HTTP/1.1 100 Continue\r\n\r\n")
            context.writeAndFlush(wrapOutboundOut(line), promise: nil)
        }
    }

    private func waitForMemory() {
        isHeldBack = true
    }

    /// Called when memory for a request body may be had again.
    func memoryMayBeFree() {
        guard context != nil, isHeldBack else { return }
        isHeldBack = false
        lastActivity = .now()
        process()
        readIfWanted()
    }

    private func bodyArrived(_ request: IncomingRequest) {
        state = .answering
        guard request.isProxied else { return answerPage(request) }
        let exchange = ProxiedExchange(request, client: self)
        self.exchange = exchange
        exchange.start()
    }

    // MARK: - Refusals

    /// Answers what is no request; the connection can't be used any more, as nobody knows where the next would begin.
    private func refuse(_ error: HTTPParseError) {
        let code: ProxyAnswer.Code
        switch error.status {
        case 408: code = .requestTimeout
        case 413: code = .requestTooLarge
        case 431: code = .headersTooLarge
        default: code = .badRequest
        }
        if case .body(let request) = state { return refuse(request, error.status, code, error.reason) }
        send(ProxyAnswer(status: error.status, code: code, message: error.reason), exchange: nil)
        linger()
    }

    private func refuse(_ request: IncomingRequest, _ status: Int, _ code: ProxyAnswer.Code, _ message: String) {
        refuse(request, ProxyAnswer(status: status, code: code, message: message))
    }

    /// Refuses a request whose body has not been read.
    private func refuse(_ request: IncomingRequest, _ answer: ProxyAnswer) {
        request.abandon()
        if request.isProxied {
            let exchange = ProxiedExchange(request, client: self)
            state = .answering
            self.exchange = exchange
            exchange.refuse(answer)
        } else {
            send(answer, exchange: nil)
            linger()
        }
    }

    private func send(_ answer: ProxyAnswer, exchange: ExchangeID?) {
        guard let context else { return }
        let body = answer.body(requestID: nil)
        var bytes = context.channel.allocator.buffer(capacity: 512)
        bytes.writeString("HTTP/1.1 \(answer.status) \(answer.reason)\r\n")
        for line in answer.lines(bodyLength: body.utf8.count, exchange: exchange, closes: true) {
            bytes.writeString("\(line.name): \(line.value)\r\n")
        }
        bytes.writeString("\r\n" + body)
        context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
    }

    /// Ends the connection such that the answer reaches a client that is still sending: a close with unread bytes
    /// would reset the connection and could take the answer with it (RFC 9112 section 9.6).
    private func linger() {
        guard let context else { return }
        inbound = ByteBuffer()
        isHeldBack = false
        state = .lingering(since: .now())
        context.close(mode: .output, promise: nil)
        readIfWanted()
    }

    // MARK: - What an exchange does

    /// Queues bytes of the answer.
    func write(_ bytes: ByteBuffer) {
        context?.write(wrapOutboundOut(bytes), promise: nil)
    }

    /// Sends what is queued.
    func flush() {
        context?.flush()
    }

    /// Whether more bytes may be queued now.
    var isWritable: Bool { context?.channel.isWritable ?? false }

    /// Lets the close of the connection be the end of the present answer.
    func closeBehindAnswer() {
        closesAfterAnswer = true
    }

    /// The answer is sent as a whole.
    ///
    /// - Parameter refused: whether the client may still be sending a body that nobody reads.
    func answerIsOut(refused: Bool = false) {
        exchange = nil
        guard let context else { return }
        if refused { return linger() }
        lastActivity = .now()
        if closesAfterAnswer || worker.isDraining {
            state = .closed
            context.close(promise: nil)
            return
        }
        state = .head
        if inbound.readableBytes > 0, firstByteAt == nil { firstByteAt = (WallClock.now(), .now()) }
        process()
        readIfWanted()
    }

    /// Ends the connection such that the answer can't be taken for whole.
    func abort(reset: Bool = false) {
        exchange = nil
        guard let context else { return }
        state = .closed
        if reset, let channel = context.channel as? any SocketOptionProvider {
            // Without lingering, closing sends a reset: a close would be the clean end of this answer.
            channel.unsafeSetSocketOption(
                level: .socket,
                name: .so_linger,
                value: Linger(isOn: 1, seconds: 0)
            ).assumeIsolated().whenComplete { _ in context.close(promise: nil) }
        } else {
            context.close(promise: nil)
        }
    }

    /// Ends now, as the time to drain is over.
    func stop() {
        guard let exchange else { return abort() }
        exchange.proxyStops()
    }

    // MARK: - Time

    func checkTime(_ now: NIODeadline) {
        let limits = worker.settings.limits
        let waited = now - lastActivity
        switch state {
        case .head where inbound.readableBytes == 0:
            if waited > limits.clientIdle { context?.close(promise: nil) }
        case .head:
            // For the whole head, however it drips in.
            if now - (firstByteAt?.monotonic ?? lastActivity) > limits.clientHead {
                refuse(HTTPParseError(408, "the request head did not arrive in time"))
            }
        case .body(let request):
            if isHeldBack {
                guard waited > limits.memory else { return }
                isHeldBack = false
                refuse(request, 503, .unavailable, "too many large requests are on their way: try again later")
            } else if waited > limits.clientBody || now - request.start.monotonic > limits.clientBodyTotal {
                refuse(request, 408, .requestTimeout, "the request body did not arrive in time")
            }
        case .lingering(let since):
            if now - since > limits.linger { context?.close(promise: nil) }
        case .answering:
            exchange?.checkTime(now)
        case .closed:
            return
        }
    }

    /// Closes now when there is nothing to do, else behind the present answer.
    func drain() {
        closesAfterAnswer = true
        if case .head = state, inbound.readableBytes == 0 { context?.close(promise: nil) }
    }
}

/// `struct linger` of the socket interface.
private struct Linger {
    var isOn: CInt
    var seconds: CInt
}
