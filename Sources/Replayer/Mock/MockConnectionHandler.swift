import NIOCore
import NIOHTTP1
import NIOPosix

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// One connection of a mock upstream: collects requests and carries out the steps of their answers, one at a time.
///
/// Answers are written as bytes, not through an HTTP encoder: a script may break every rule an encoder keeps.
final class MockConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = ByteBuffer

    /// The most bytes of a request body.
    static let bodyLimit = 64 * 1024 * 1024

    private let answers: any AnswerSource
    private let ledger: MockLedger
    /// Where answers are chosen that take long; `nil` for the event loop.
    private let chooser: NIOThreadPool?
    private var connection = 0
    private var incoming: (head: HTTPRequestHead, body: ByteBuffer)?
    /// Whole requests that wait for the answers before theirs (pipelining).
    private var pending: [ReceivedRequest] = []
    private var steps: ArraySlice<AnswerStep> = []
    private var isAnswering = false
    /// What `AnswerStep.at` counts from.
    private var answerStart = NIODeadline.now()
    private var idleTimer: Scheduled<Void>?

    init(answers: any AnswerSource, ledger: MockLedger, chooser: NIOThreadPool?) {
        self.answers = answers
        self.ledger = ledger
        self.chooser = chooser
    }

    func channelActive(context: ChannelHandlerContext) {
        connection = ledger.connectionOpened()
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        steps = []
        pending = []
        idleTimer?.cancel()
        ledger.connectionClosed()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // What is no HTTP, or a client that went away: nothing to answer in either case.
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            idleTimer?.cancel()
            incoming = (head, ByteBuffer())
            let expects = head.headers[canonicalForm: "expect"].contains { $0.lowercased() == "100-continue" }
            if expects, answers.answersContinue, !isAnswering {
                let interim = ByteBuffer(bytes: HTTPText.head(status: 100, headers: []))
                context.writeAndFlush(wrapOutboundOut(interim), promise: nil)
            }
        case .body(var part):
            incoming?.body.writeBuffer(&part)
            if let size = incoming?.body.readableBytes, size > Self.bodyLimit { context.close(promise: nil) }
        case .end:
            guard let (head, body) = incoming else { return }
            incoming = nil
            pending.append(
                ReceivedRequest(
                    method: head.method.rawValue,
                    uri: head.uri,
                    headers: head.headers.map { ScriptedHeader($0.name, $0.value) },
                    body: Array(body.readableBytesView),
                    connection: connection,
                    index: 0,
                    keepsAlive: head.isKeepAlive
                )
            )
            answerNext(context: context)
        }
    }

    private func answerNext(context: ChannelHandlerContext) {
        guard !isAnswering, !pending.isEmpty else { return }
        isAnswering = true
        answerStart = .now()
        let request = pending.removeFirst()
        guard let chooser else {
            steps = ledger.answer(request)[...]
            return advance(context: context)
        }
        let loopBound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        chooser.runIfActive(eventLoop: context.eventLoop) { [ledger] in ledger.answer(request) }.whenSuccess { steps in
            let (handler, context) = loopBound.value
            handler.steps = steps[...]
            handler.advanceIfActive(context: context)
        }
    }

    private func advance(context: ChannelHandlerContext) {
        guard let step = steps.popFirst() else { return finishAnswer(context: context) }
        let loopBound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        switch step {
        case .write(let bytes):
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
            context.eventLoop.makeFutureWithTask { await forwarder.steps(for: request) }.whenSuccess { steps in
                let (handler, context) = loopBound.value
                handler.steps = steps + handler.steps
                handler.advanceIfActive(context: context)
            }
        case .at(let time):
            context.eventLoop.scheduleTask(deadline: answerStart + TimeAmount(time)) {
                let (handler, context) = loopBound.value
                handler.advanceIfActive(context: context)
            }
        case .pause(let time):
            context.eventLoop.scheduleTask(in: TimeAmount(time)) {
                let (handler, context) = loopBound.value
                handler.advanceIfActive(context: context)
            }
        case .close:
            context.close(promise: nil)
        case .reset:
            reset(context: context)
        case .hang:
            break
        }
    }

    private func advanceIfActive(context: ChannelHandlerContext) {
        if context.channel.isActive { advance(context: context) }
    }

    private func finishAnswer(context: ChannelHandlerContext) {
        isAnswering = false
        if pending.isEmpty, incoming == nil, let idleClose = answers.idleClose {
            let loopBound = NIOLoopBound(context, eventLoop: context.eventLoop)
            idleTimer = context.eventLoop.scheduleTask(in: TimeAmount(idleClose)) {
                loopBound.value.close(promise: nil)
            }
        }
        answerNext(context: context)
    }

    /// Closes with SO_LINGER 0, which makes the kernel send RST in place of FIN.
    private func reset(context: ChannelHandlerContext) {
        let loopBound = NIOLoopBound(context, eventLoop: context.eventLoop)
        guard let socket = context.channel as? any SocketOptionProvider else { return context.close(promise: nil) }
        socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in
            loopBound.value.close(promise: nil)
        }
    }
}
