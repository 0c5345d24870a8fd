import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A client connection that sends and receives bytes, and tells how it ended.
final class RawConnection {
    enum End: Equatable, Sendable {
        case closed
        case reset
        case failed(String)
    }

    private enum Arrival: Sendable {
        case bytes([UInt8])
        case end(End)
    }

    private let channel: any Channel
    private var arrivals: AsyncStream<Arrival>.Iterator
    private var buffer: [UInt8] = []
    private(set) var end: End?
    /// The sizes of the reads, to see how bytes were spread.
    private(set) var readSizes: [Int] = []

    /// Connects to a port of the loopback interface.
    static func open(_ port: Int) async throws -> RawConnection {
        let (stream, continuation) = AsyncStream<Arrival>.makeStream()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Receiver(continuation: continuation))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return RawConnection(channel: channel, arrivals: stream.makeAsyncIterator())
    }

    private init(channel: any Channel, arrivals: AsyncStream<Arrival>.Iterator) {
        self.channel = channel
        self.arrivals = arrivals
    }

    func send(_ text: String) async throws {
        try await channel.writeAndFlush(ByteBuffer(string: text))
    }

    func close() async throws {
        try await channel.close()
    }

    /// Reads until the bytes so far end in a text, and takes them.
    func read(until suffix: String) async -> String {
        let suffix = Array(suffix.utf8)
        while !buffer.suffix(suffix.count).elementsEqual(suffix), await receive() {}
        defer { buffer = [] }
        return String(decoding: buffer, as: UTF8.self)
    }

    /// Reads to the end of the connection.
    func readBytesToEnd() async -> [UInt8] {
        while await receive() {}
        return buffer
    }

    /// Reads to the end of the connection.
    func readToEnd() async -> String {
        String(decoding: await readBytesToEnd(), as: UTF8.self)
    }

    private func receive() async -> Bool {
        switch await arrivals.next(isolation: #isolation) {
        case .bytes(let bytes):
            readSizes.append(bytes.count)
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
        private var end = End.closed

        init(continuation: AsyncStream<Arrival>.Continuation) {
            self.continuation = continuation
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            continuation.yield(.bytes(Array(unwrapInboundIn(data).readableBytesView)))
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            let code = (error as? IOError)?.errnoCode
            end = code == ECONNRESET ? .reset : .failed("\(error)")
            context.close(promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) {
            continuation.yield(.end(end))
            continuation.finish()
        }
    }
}
