import NIOCore
import Recorder

/// The response head that goes to the client: the upstream's lines byte for byte, but for those of one connection
/// only and the framing, and with the exchange's id.
struct ForwardedResponse {
    /// The head as bytes, with room for a small body behind it.
    var bytes: ByteBuffer
    /// The same as lines of the upstream's head and lines written here, for the record.
    var derived: DerivedHead

    /// Writes the head.
    ///
    /// - Parameters:
    ///   - head: the upstream's head.
    ///   - isChunked: whether the body goes to the client in chunks.
    ///   - connection: the value of the `Connection` line, or `nil` for none.
    ///   - exchange: the id to name.
    ///   - allocator: makes the buffer.
    init(
        _ head: HTTPHead,
        isChunked: Bool,
        connection: String?,
        exchange: ExchangeID,
        allocator: ByteBufferAllocator
    ) {
        var writer = HeadWriter(head, capacity: head.bytes.readableBytes + 2048, allocator: allocator)
        writer.start("HTTP/1.1 ")
        writer.start(head.second)
        writer.start(" ")
        writer.start(head.third)
        writer.start("\r\n")
        let named = Array(head.namedByConnection().prefix(64))
        for (index, line) in head.lines.enumerated() {
            switch line.known {
            case .connection, .hopByHop, .transferEncoding: continue
            default: if !head.isNamed(line, in: named) { writer.keep(index) }
            }
        }
        if isChunked { writer.write("Transfer-Encoding", "chunked") }
        if let connection { writer.write("Connection", connection) }
        writer.write("x-tapedeck-exchange", exchange.description)
        writer.finish()
        bytes = writer.bytes
        derived = writer.derived
    }
}
