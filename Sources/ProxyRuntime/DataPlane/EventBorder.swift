import NIOCore
import Recorder

/// Watches whether an uncompressed event stream stands between two events, where another event may be written.
struct EventBorder {
    /// Whether the body is an event stream that can be looked at.
    let isKnown: Bool
    /// Whether the last byte that passed closed an event; a stream of which nothing passed is at a border too.
    var isAtBorder: Bool {
        tail.isEmpty || tail.suffix(2) == [0x0A, 0x0A] || tail.suffix(2) == [0x0D, 0x0D]
            || tail == [0x0D, 0x0A, 0x0D, 0x0A]
    }

    private var tail: [UInt8] = []

    init() {
        isKnown = false
    }

    init(_ head: HTTPHead) {
        let isEventStream = head.lines.contains { line in
            line.known == .contentType
                && head.withBytes(line.value) {
                    UnsafeRawBufferPointer(rebasing: $0.prefix(17)).isEqualIgnoringCase("text/event-stream")
                }
        }
        isKnown = isEventStream && (head.value(.contentEncoding)?.lowercased() ?? "identity") == "identity"
    }

    /// Notes bytes that go to the client.
    mutating func pass(_ data: ByteBuffer) {
        guard isKnown, data.readableBytes > 0 else { return }
        tail += data.readableBytesView.suffix(4)
        if tail.count > 4 { tail.removeFirst(tail.count - 4) }
    }
}
