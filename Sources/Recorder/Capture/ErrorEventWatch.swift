/// Looks whether an answer carries an `error` event, or lacks its last one, as its bytes come by.
struct ErrorEventWatch {
    private var inflater: DecodingStream?
    /// What is an event, and what only looks like one, is the decoder's to say; an error is a short event.
    private var decoder = SSEDecoder(limit: 64 << 10)
    private let isEventStream: Bool

    /// Whether an `error` event was seen.
    private(set) var hasError = false
    /// Whether its type was `overloaded_error`.
    private(set) var isOverload = false
    /// Whether a message has begun and not come to its `message_stop`.
    private(set) var isUnfinished = false

    init(contentType: String?, contentEncoding: String?) {
        self.init(BodyForm(contentType: contentType, contentEncoding: contentEncoding))
    }

    init(_ form: BodyForm) {
        switch form {
        case .text(.eventStream):
            isEventStream = true
        case .compressed(let format, .eventStream):
            inflater = DecodingStream(format == .gzip ? "gzip" : "deflate")
            isEventStream = inflater != nil
        default:
            isEventStream = false
        }
    }

    mutating func feed(_ bytes: UnsafeRawBufferPointer) {
        guard isEventStream, !hasError else { return }
        if let inflater {
            inflater.decode(bytes).withUnsafeBytes { look(in: $0) }
        } else {
            look(in: bytes)
        }
    }

    private mutating func look(in bytes: UnsafeRawBufferPointer) {
        for event in decoder.feed(bytes) {
            switch event.name {
            case "message_start": isUnfinished = true
            case "message_stop": isUnfinished = false
            case "error":
                hasError = true
                isOverload = event.data.withUnsafeBytes { $0.firstPlace(of: ErrorEventWatch.overload) != nil }
                return
            default: break
            }
        }
    }

    private static let overload = Array("\"overloaded_error\"".utf8)
}

extension UnsafeRawBufferPointer {
    /// The first place of a text.
    func firstPlace(of text: [UInt8]) -> Int? {
        guard let first = text.first, count >= text.count else { return nil }
        var position = 0
        while position + text.count <= count {
            guard let hit = self[position...(count - text.count)].firstIndex(of: first) else { return nil }
            if self[hit..<hit + text.count].elementsEqual(text) { return hit }
            position = hit + 1
        }
        return nil
    }
}
