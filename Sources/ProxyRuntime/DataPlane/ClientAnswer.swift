import NIOCore

/// The bytes of one answer on their way to the client: small runs are joined into one write.
struct ClientAnswer {
    private let client: ClientConnection
    private let allocator: ByteBufferAllocator
    private var pending: ByteBuffer?

    /// Runs up to this size are joined.
    private static let copyLimit = 16 << 10

    init(client: ClientConnection, allocator: ByteBufferAllocator) {
        self.client = client
        self.allocator = allocator
    }

    /// Begins with a head, or with all of a short answer.
    mutating func begin(_ bytes: ByteBuffer) {
        pending = bytes
    }

    /// Adds body bytes, as a chunk if the body goes in chunks.
    mutating func forward(_ data: ByteBuffer, isChunked: Bool) {
        guard data.readableBytes > 0 else { return }
        if data.readableBytes <= ClientAnswer.copyLimit {
            var bytes = pending ?? allocator.buffer(capacity: data.readableBytes + 16)
            pending = nil
            if isChunked { bytes.writeString(String(data.readableBytes, radix: 16) + "\r\n") }
            bytes.writeImmutableBuffer(data)
            if isChunked { bytes.writeStaticString("\r\n") }
            pending = bytes
        } else {
            if isChunked { append(String(data.readableBytes, radix: 16) + "\r\n") }
            send()
            client.write(data)
            if isChunked { append("\r\n") }
        }
    }

    /// Adds the chunk that ends a body in chunks (RFC 9112 section 7.1).
    mutating func endChunks() {
        append("0\r\n\r\n")
    }

    private mutating func append(_ text: String) {
        var bytes = pending ?? allocator.buffer(capacity: text.utf8.count)
        pending = nil
        bytes.writeString(text)
        pending = bytes
    }

    /// Gives what is pending to the connection, which sends it with its next flush.
    mutating func send() {
        guard let bytes = pending else { return }
        pending = nil
        client.write(bytes)
    }
}
