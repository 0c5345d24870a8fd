import NIOCore
import Recorder

/// Looks for the first whole event of a stream, compressed or not, before anything of it goes to the client.
struct FirstEvent {
    /// What is known of it.
    enum Finding {
        /// It is not there yet.
        case pending
        /// It is there, and no error.
        case begun
        /// It is an `error` event, with this data.
        case error([UInt8])
    }

    private var decoder = SSEDecoder(limit: 1 << 20)
    private var inflater: DecodingStream?

    /// Bytes after which an answer is given on although no event was seen in it.
    static let limit = 256 << 10

    /// - Returns: `nil` for what is no event stream, or one in a coding that can't be undone.
    init?(_ head: HTTPHead) {
        guard let type = head.value(.contentType), type.prefix(17).lowercased() == "text/event-stream" else {
            return nil
        }
        let coding = head.value(.contentEncoding)?.lowercased() ?? "identity"
        if coding != "identity" {
            guard let inflater = DecodingStream(coding) else { return nil }
            self.inflater = inflater
        }
    }

    mutating func feed(_ data: ByteBuffer) -> Finding {
        let events = data.withUnsafeReadableBytes { bytes in
            guard let inflater else { return decoder.feed(bytes) }
            return inflater.decode(bytes).withUnsafeBytes { decoder.feed($0) }
        }
        guard let first = events.first else {
            // Whatever it is, it can't be looked at: the client may know better.
            return inflater?.isBroken == true ? .begun : .pending
        }
        return first.name == "error" ? .error(first.data) : .begun
    }
}
