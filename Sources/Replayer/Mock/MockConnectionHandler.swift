import NIOCore
import NIOHTTP1
import NIOPosix

/// One connection of a mock upstream: collects requests and carries out the steps of their answers, one at a time.
///
/// Answers are written as bytes, not through an HTTP encoder: a script may break every rule an encoder keeps.
final class MockConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = ByteBuffer

    /// What waits for the answers before its own (pipelining).
    private enum Waiting {
        case request(ReceivedRequest)
        /// A request with that method whose body is not taken.
        case tooLarge(String)
    }

    /// The most bytes of a request body.
    static let bodyLimit = 64 << 20

    private let answers: any AnswerSource
    /// Where answers are chosen that take long; `nil` for the event loop.
    private let chooser: NIOThreadPool?
    private var connection = 0
    private var incoming: (head: HTTPRequestHead, body: ByteBuffer)?
    /// Whether what comes is ignored: the body of a refused request.
    private var isRefusing = false
    private var pending: [Waiting] = []
    private var steps: ArraySlice<AnswerStep> = []
    /// What `AnswerStep.at` counts from.
    private var answerStart = NIODeadline.now()
    private var idleTimer: Scheduled<Void>?
    /// The transfer that a forwarded request's answer comes from.
    private var forwarding: Task<Void, Never>?

    let ledger: MockLedger
    private(set) var isAnswering = false
    /// Whether the answer has come to where nothing more is sent and the client has to close.
    private(set) var isSilent = false
    /// Whether the answer has begun.
    private(set) var hasWritten = false
    /// Whether the connection ends with the answer.
    var isStopping = false

    init(answers: any AnswerSource, ledger: MockLedger, chooser: NIOThreadPool?) {
        self.answers = answers
        self.ledger = ledger
        self.chooser = chooser
    }

    func channelActive(context: ChannelHandlerContext) {
        let (number, stop) = ledger.connectionOpened(context.channel)
        connection = number
        if let stop { self.stop(stop, context: context) }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        steps = []
        pending = []
        idleTimer?.cancel()
        forwarding?.cancel()
        ledger.connectionClosed(connection)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // What is no HTTP, or a client that went away: nothing to answer in either case.
        context.close(promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let stop = event as? MockStop else { return context.fireUserInboundEventTriggered(event) }
        self.stop(stop, context: context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isRefusing else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            idleTimer?.cancel()
            if let length = head.headers.first(name: "content-length").flatMap({ Int($0) }), length > Self.bodyLimit {
                return refuse(head, context: context)
            }
            incoming = (head, ByteBuffer())
            let expects = head.headers[canonicalForm: "expect"].contains { $0.lowercased() == "100-continue" }
            if expects, answers.answersContinue, !isAnswering {
                let interim = ByteBuffer(bytes: HTTPText.head(status: 100, headers: []))
                context.writeAndFlush(wrapOutboundOut(interim), promise: nil)
            }
        case .body(var part):
            incoming?.body.writeBuffer(&part)
            if let incoming, incoming.body.readableBytes > Self.bodyLimit { refuse(incoming.head, context: context) }
        case .end:
            guard let (head, body) = incoming else { return }
            incoming = nil
            let request = ReceivedRequest(
                method: head.method.rawValue,
                uri: head.uri,
                headers: head.headers.map { ScriptedHeader($0.name, $0.value) },
                body: Array(body.readableBytesView),
                connection: connection,
                index: 0,
                keepsAlive: head.isKeepAlive
            )
            pending.append(.request(request))
            answerNext(context: context)
        }
    }

    /// Takes no more from the client, and tells it so when it has the answers before.
    private func refuse(_ head: HTTPRequestHead, context: ChannelHandlerContext) {
        isRefusing = true
        incoming = nil
        pending.append(.tooLarge(head.method.rawValue))
        answerNext(context: context)
    }

    private func answerNext(context: ChannelHandlerContext) {
        guard !isAnswering, !isStopping, !pending.isEmpty else { return }
        isAnswering = true
        hasWritten = false
        answerStart = .now()
        switch pending.removeFirst() {
        case .tooLarge(let method):
            ledger.report("refused: a \(method) whose body is larger than 64 MiB")
            steps = BodyRefusal.steps[...]
            advance(context: context)
        case .request(let request):
            guard let chooser else {
                steps = ledger.answer(request)[...]
                return advance(context: context)
            }
            let ledger = ledger
            runErrand(chooser.runIfActive(eventLoop: context.eventLoop) { ledger.answer(request) }, context: context)
        }
    }

    private func advance(context: ChannelHandlerContext) {
        guard let step = steps.popFirst() else { return finishAnswer(context: context) }
        switch step {
        case .write(let bytes):
            hasWritten = true
            let loopBound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            let written = context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)))
            written.whenComplete { result in
                let context = loopBound.value.1
                guard case .success = result else { return context.close(promise: nil) }
                // Not called from here: a write that is done at once would make the stack as deep as the script is long.
                context.eventLoop.execute {
                    let (handler, context) = loopBound.value
                    handler.advanceIfActive(context: context)
                }
            }
        case .forward(let request):
            guard let forwarder = answers.forwarder else { return context.close(promise: nil) }
            let promise = context.eventLoop.makePromise(of: [AnswerStep].self)
            forwarding = promise.completeWithTask { await forwarder.steps(for: request) }
            runErrand(promise.futureResult, context: context)
        case .at(let time):
            whenActive(at: answerStart + TimeAmount(time), context: context) { $0.advance(context: $1) }
        case .pause(let time):
            whenActive(at: .now() + TimeAmount(time), context: context) { $0.advance(context: $1) }
        case .close:
            context.close(promise: nil)
        case .closeOutput:
            isSilent = true
            context.close(mode: .output, promise: nil)
            whenActive(at: .now() + .seconds(10), context: context) { $1.close(promise: nil) }
        case .reset:
            resetWhenReceived(until: .now() + .seconds(5), context: context)
        case .hang:
            isSilent = true
            if isStopping { reset(context: context) }
        }
    }

    private func advanceIfActive(context: ChannelHandlerContext) {
        if context.channel.isActive { advance(context: context) }
    }

    /// Goes on with steps that are found elsewhere; the event loop does not end before they are.
    private func runErrand(_ found: EventLoopFuture<[AnswerStep]>, context: ChannelHandlerContext) {
        let loopBound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        ledger.errandBegan()
        found.whenComplete { result in
            let (handler, context) = loopBound.value
            if case .success(let steps) = result {
                handler.steps = steps + handler.steps
                handler.advanceIfActive(context: context)
            }
            handler.ledger.errandEnded()
        }
    }

    private func finishAnswer(context: ChannelHandlerContext) {
        isAnswering = false
        if isStopping { return context.close(promise: nil) }
        if pending.isEmpty, incoming == nil, let idleClose = answers.idleClose {
            let loopBound = NIOLoopBound(context, eventLoop: context.eventLoop)
            idleTimer = context.eventLoop.scheduleTask(in: TimeAmount(idleClose)) {
                loopBound.value.close(promise: nil)
            }
        }
        answerNext(context: context)
    }
}
