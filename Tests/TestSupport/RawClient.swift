import NIOCore
import NIOPosix
import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A client that sends bytes as they are given, and shows the bytes that come back and how the connection ended.
package final class RawClient {
    /// How a connection ended.
    package enum End: Equatable, Sendable {
        /// By a proper close.
        case closed
        /// By a reset.
        case reset
        /// By the client's own deadline: the other side did nothing for too long.
        case deadline
        case failed(String)
    }

    private enum Arrival: Sendable {
        case bytes([UInt8])
        case end(End)
    }

    private final class Signal: Sendable {
        let isSet = Atomic(false)
    }

    private let channel: any Channel
    private let arrived: Signal
    private var arrivals: AsyncStream<Arrival>.Iterator
    private var buffer: [UInt8] = []

    /// How the connection ended, once a read has come to it.
    package private(set) var end: End?

    /// Connects to a port of the loopback interface.
    ///
    /// - Parameters:
    ///   - port: the port.
    ///   - reads: whether bytes are read as they come; else only after `beginToRead()`.
    ///   - deadline: when the connection ends whatever happens, so that a test fails and does not hang.
    /// - Returns: the connected client.
    /// - Throws: what the system says when there is no connection.
    package static func connect(
        _ port: Int,
        reads: Bool = true,
        deadline: Duration = .seconds(90)
    ) async throws -> RawClient {
        let (stream, continuation) = AsyncStream<Arrival>.makeStream()
        let arrived = Signal()
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: reads)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        Receiver(continuation, arrived, TimeAmount(deadline))
                    )
                }
            }
        // A small window: what is sent to a client that does not read must wait at the sender.
        let channel = try await
            (reads ? bootstrap : bootstrap.channelOption(.socketOption(.so_rcvbuf), value: 16 << 10))
            .connect(host: "127.0.0.1", port: port).get()
        return RawClient(channel: channel, arrived: arrived, arrivals: stream.makeAsyncIterator())
    }

    private init(channel: any Channel, arrived: Signal, arrivals: AsyncStream<Arrival>.Iterator) {
        self.channel = channel
        self.arrived = arrived
        self.arrivals = arrivals
    }

    deinit {
        channel.close(promise: nil)
    }

    // MARK: - Sending

    /// Sends text and returns when the system has taken it.
    package func send(_ text: String) async throws {
        try await channel.writeAndFlush(ByteBuffer(string: text))
    }

    /// Sends bytes and returns when the system has taken them.
    package func send(_ bytes: some Sequence<UInt8> & Sendable) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
    }

    /// Sends text without waiting until the system takes it.
    package func queue(_ text: String) {
        channel.writeAndFlush(ByteBuffer(string: text), promise: nil)
    }

    /// Closes the connection.
    package func close() async throws {
        try await channel.close()
    }

    /// Ends the connection with a reset.
    package func reset() async throws {
        guard let socket = channel as? any SocketOptionProvider else { return }
        try await socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        try await channel.close()
    }

    // MARK: - Receiving

    /// Whether anything has ever come, read by the test or not.
    package var hasReceived: Bool { arrived.isSet.load(ordering: .acquiring) }

    /// Begins to read, after a connection that was made with `reads: false`.
    package func beginToRead() async throws {
        try await channel.setOption(.autoRead, value: true).get()
    }

    /// Reads until the bytes hold a mark, and takes everything up to and with it.
    ///
    /// - Returns: all there was when the connection ended before.
    package func read(through mark: String) async -> String {
        let mark = Array(mark.utf8)
        while true {
            if let place = buffer.firstRange(of: mark) {
                return String(decoding: take(place.upperBound), as: UTF8.self)
            }
            guard await receive() else { return String(decoding: take(buffer.count), as: UTF8.self) }
        }
    }

    /// Reads that many bytes, or fewer when the connection ends before.
    package func read(_ count: Int) async -> [UInt8] {
        while buffer.count < count, await receive() {}
        return take(min(count, buffer.count))
    }

    /// Reads to the end of the connection.
    package func readToEnd() async -> [UInt8] {
        while await receive() {}
        return take(buffer.count)
    }

    /// Reads a head: everything through the next empty line.
    package func readHead() async -> String {
        await read(through: "\r\n\r\n")
    }

    /// Reads an answer, with its body.
    ///
    /// - Parameter hasBody: `false` for the answer to `HEAD`.
    /// - Returns: as much of it as came.
    package func readResponse(hasBody: Bool = true) async -> RawResponse {
        var response = RawResponse(head: await readHead())
        let status = response.status
        if !hasBody || status == 204 || status == 304 || (100..<200).contains(status) {
            response.isWhole = response.head.hasSuffix("\r\n\r\n")
        } else if let length = response.value("content-length").flatMap({ Int($0) }) {
            response.wire = await read(length)
            response.body = response.wire
            response.isWhole = response.body.count == length
        } else if response.value("transfer-encoding")?.lowercased() == "chunked" {
            await readChunks(&response)
        } else {
            response.wire = await readToEnd()
            response.body = response.wire
            response.isWhole = end == .closed
        }
        return response
    }

    private func readChunks(_ response: inout RawResponse) async {
        while true {
            let line = await read(through: "\r\n")
            response.wire += Array(line.utf8)
            guard line.hasSuffix("\r\n"), let size = Int(line.dropLast(1), radix: 16) else { return }
            let data = await read(size + 2)
            response.wire += data
            guard data.count == size + 2, data.suffix(2).elementsEqual([13, 10]) else {
                response.body += data.prefix(size)
                return
            }
            if size == 0 {
                response.isWhole = true
                return
            }
            response.chunks.append(Array(data.dropLast(2)))
            response.body += data.dropLast(2)
        }
    }

    private func take(_ count: Int) -> [UInt8] {
        defer { buffer.removeFirst(count) }
        return Array(buffer.prefix(count))
    }

    private func receive() async -> Bool {
        guard end == nil else { return false }
        switch await arrivals.next(isolation: #isolation) {
        case .bytes(let bytes):
            buffer += bytes
            return true
        case .end(let end):
            self.end = end
            return false
        case nil:
            return false
        }
    }

    private final class Receiver: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let continuation: AsyncStream<Arrival>.Continuation
        private let arrived: Signal
        private let deadline: TimeAmount
        private var end = End.closed
        private var timer: Scheduled<Void>?

        init(_ continuation: AsyncStream<Arrival>.Continuation, _ arrived: Signal, _ deadline: TimeAmount) {
            self.continuation = continuation
            self.arrived = arrived
            self.deadline = deadline
        }

        func channelActive(context: ChannelHandlerContext) {
            timer = context.eventLoop.assumeIsolated().scheduleTask(in: deadline) { [weak self] in
                self?.end = .deadline
                context.close(promise: nil)
            }
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            arrived.isSet.store(true, ordering: .releasing)
            continuation.yield(.bytes(Array(unwrapInboundIn(data).readableBytesView)))
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            // The other side will send no more; this one may, until it is closed.
            if case .inputClosed? = event as? ChannelEvent { continuation.yield(.end(.closed)) }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            end = (error as? IOError)?.errnoCode == ECONNRESET ? .reset : .failed("\(error)")
            context.close(promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) {
            timer?.cancel()
            continuation.yield(.end(end))
            continuation.finish()
        }
    }
}
