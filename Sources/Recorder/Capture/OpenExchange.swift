import NIOCore

/// What the recorder has of an exchange that is not over.
final class OpenExchange {
    /// The request, if it came already.
    var request: StoredRequest?
    /// Whether a body or a part of one was left out because of an overload.
    var isShed = false
    /// The answers of attempts that came in parts, by the attempt's index.
    private(set) var streams: [Int: ResponseStream] = [:]

    /// The answer of an attempt.
    func stream(_ attempt: Int, _ head: HTTPHead, _ masker: Masker) -> ResponseStream {
        if let stream = streams[attempt] { return stream }
        let stream = ResponseStream(head, masker)
        streams[attempt] = stream
        return stream
    }

    /// The oldest segment that something of it lies in.
    var oldestSegment: Int? {
        ([request?.body.oldestSegment] + streams.values.map(\.oldestSegment)).compactMap { $0 }.min()
    }

    /// Gives up everything stored so far.
    func breakOff(_ reason: String) {
        request?.body.omit(reason)
        for stream in streams.values { stream.breakOff(reason) }
    }
}

/// An answer that goes to the segment part by part.
final class ResponseStream {
    /// Looks out for an `error` event.
    private(set) var watch: ErrorEventWatch

    private var masker: BodyMasker
    private var body = StoredBody()
    private var offsets: [Int64] = []
    private var chunks: [Chunk] = []
    private var pending: [UInt8] = []
    private var isBroken = false

    var oldestSegment: Int? { body.oldestSegment }

    init(_ head: HTTPHead, _ masker: Masker) {
        let type = head.value(.contentType)
        let coding = head.value(.contentEncoding)
        watch = ErrorEventWatch(contentType: type, contentEncoding: coding)
        self.masker = BodyMasker(masker, contentType: type, contentEncoding: coding)
    }

    /// Masks and stores a part.
    func add(_ part: CapturedStream, to segment: inout SegmentWriter?) {
        guard !isBroken else {
            offsets += part.chunks.map(\.offset)
            return
        }
        part.bytes.withUnsafeReadableBytes { bytes in
            watch.feed(bytes)
            var position = 0
            for chunk in part.chunks {
                let end = min(bytes.count, position + chunk.length)
                offsets.append(chunk.offset)
                store(masker.feed(UnsafeRawBufferPointer(rebasing: bytes[position..<end])), &segment)
                position = end
            }
        }
    }

    /// Stores what the masker held back.
    func finish(to segment: inout SegmentWriter?) -> (StoredBody, [Chunk]) {
        if !isBroken {
            store(masker.finish(), &segment)
            storePending(&segment)
            if body.omitted == nil, let reason = masker.omitted { body.omit(reason) }
        }
        if body.omitted != nil { chunks = offsets.map { Chunk(offset: $0, length: 0) } }
        return (body, chunks)
    }

    /// Gives up what was stored.
    func breakOff(_ reason: String) {
        isBroken = true
        pending = []
        body.omit(reason)
    }

    private func store(_ part: MaskedPart, _ segment: inout SegmentWriter?) {
        pending += part.bytes
        for length in part.chunkLengths where chunks.count < offsets.count {
            chunks.append(Chunk(offset: offsets[chunks.count], length: length))
        }
        // Small reads are joined, so that a long stream is not a piece for every event.
        if pending.count >= 16 << 10 { storePending(&segment) }
    }

    private func storePending(_ segment: inout SegmentWriter?) {
        pending.withUnsafeBytes { segment.store($0, in: &body) }
        pending.removeAll(keepingCapacity: true)
    }
}
