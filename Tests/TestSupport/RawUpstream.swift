package import NIOCore
import NIOPosix
import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// An upstream that keeps the exact bytes of every request and answers with exact bytes.
///
/// For what `MockUpstream` is too polite: heads as they lie on the wire, answers that are no HTTP, endless answers.
package final class RawUpstream: Sendable {
    /// What is done when a request is whole.
    package enum Reply: Sendable {
        /// These bytes are sent.
        case bytes([UInt8])
        /// These bytes are sent, then the connection is closed.
        case bytesThenClose([UInt8])
        /// These bytes are sent, then the connection is reset.
        case bytesThenReset([UInt8])
        /// A head, then that many blocks of zeros, each when the one before has left; `written` counts them.
        case endless(head: String, block: Int, count: Int)

        /// Text to send.
        package static func text(_ text: String) -> Reply { .bytes(Array(text.utf8)) }
        /// Text to send before the close.
        package static func last(_ text: String) -> Reply { .bytesThenClose(Array(text.utf8)) }
    }

    private struct State {
        var requests: [String] = []
        var replies: ArraySlice<Reply>
        var written = 0
    }

    private let state: Mutex<State>
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let listener: Mutex<(any Channel)?> = Mutex(nil)

    /// Makes an upstream that gives these replies, the last one again and again.
    package init(_ replies: [Reply]) {
        state = Mutex(State(replies: replies[...]))
    }

    /// Listens while the body runs.
    ///
    /// - Parameters:
    ///   - replies: the replies in order; the last one is given again and again.
    ///   - prepare: adds handlers in front, such as TLS.
    ///   - body: gets the upstream and its port.
    /// - Returns: what the body returns.
    /// - Throws: what the body throws.
    package static func run<Result>(
        _ replies: [Reply],
        prepare: @escaping @Sendable (any Channel) throws -> Void = { _ in },
        _ body: (RawUpstream, Int) async throws -> Result
    ) async throws -> Result {
        let upstream = RawUpstream(replies)
        let channel = try await ServerBootstrap(group: upstream.group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.so_sndbuf), value: 64 << 10)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try prepare(channel)
                    try channel.pipeline.syncOperations.addHandler(Answerer(upstream))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        do {
            let result = try await body(upstream, channel.localAddress?.port ?? 0)
            try await upstream.group.shutdownGracefully()
            return result
        } catch {
            try? await upstream.group.shutdownGracefully()
            throw error
        }
    }

    /// The requests so far, head and body as they came.
    package var requests: [String] { state.withLock { $0.requests } }

    /// Bytes of endless answers that the system has taken.
    package var written: Int { state.withLock { $0.written } }

    private func reply(to request: String) -> Reply? {
        state.withLock { state in
            state.requests.append(request)
            return state.replies.count > 1 ? state.replies.popFirst() : state.replies.first
        }
    }

    private func count(_ bytes: Int) {
        state.withLock { $0.written += bytes }
    }

    private final class Answerer: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let upstream: RawUpstream
        private var received: [UInt8] = []

        init(_ upstream: RawUpstream) {
            self.upstream = upstream
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            received += unwrapInboundIn(data).readableBytesView
            while let length = wholeLength() {
                let request = String(decoding: received.prefix(length), as: UTF8.self)
                received.removeFirst(length)
                guard let reply = upstream.reply(to: request) else { continue }
                answer(reply, context)
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }

        /// Head and `Content-Length` are all that a proxy sends upstream.
        private func wholeLength() -> Int? {
            guard let end = received.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound else { return nil }
            let head = String(decoding: received.prefix(end), as: UTF8.self).lowercased()
            let line = head.split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
            let length = line.flatMap { Int($0.dropFirst(15).drop { $0 == " " }) } ?? 0
            return received.count >= end + length ? end + length : nil
        }

        private func answer(_ reply: Reply, _ context: ChannelHandlerContext) {
            switch reply {
            case .bytes(let bytes):
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
            case .bytesThenClose(let bytes):
                let written = context.eventLoop.makePromise(of: Void.self)
                written.futureResult.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: written)
            case .bytesThenReset(let bytes):
                let written = context.eventLoop.makePromise(of: Void.self)
                written.futureResult.assumeIsolated().whenComplete { _ in
                    // A close that does not linger is a reset.
                    let socket = context.channel as? any SocketOptionProvider
                    _ = socket?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
                    context.close(promise: nil)
                }
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: written)
            case .endless(let head, let block, let count):
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: head)), promise: nil)
                write(ByteBuffer(repeating: 0x61, count: block), left: count, context)
            }
        }

        private func write(_ block: ByteBuffer, left: Int, _ context: ChannelHandlerContext) {
            guard left > 0, context.channel.isActive else { return }
            let written = context.eventLoop.makePromise(of: Void.self)
            written.futureResult.assumeIsolated().whenSuccess { [upstream] in
                upstream.count(block.readableBytes)
                // Not called from here: a write that is done at once would make the stack deep.
                context.eventLoop.assumeIsolated().execute { self.write(block, left: left - 1, context) }
            }
            context.writeAndFlush(wrapOutboundOut(block), promise: written)
        }
    }
}
