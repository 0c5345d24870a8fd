/// The body of an answer, encoded but not framed, in the segments that are sent one by one.
struct AnswerBody: Sendable, Hashable {
    /// Bytes that go out together.
    struct Segment: Sendable, Hashable {
        var bytes: [UInt8]
        /// The delay before it.
        var delay: DelayDistribution?
        /// Whether it is an event: a server-sent one, or a frame of a Bedrock stream.
        var isEvent: Bool
    }

    var status: Int
    var contentType: String?
    var segments: [Segment]
    var isStream: Bool

    /// Makes the body of an answer to a request.
    init(_ answer: ScriptedAnswer, for request: ReceivedRequest, outline: RequestOutline) {
        switch answer.content {
        case .none:
            self.init(status: answer.status, contentType: nil, bytes: [])
        case .body(let contentType, let bytes):
            self.init(status: answer.status, contentType: contentType, bytes: bytes)
        case .error(let error):
            let scriptedID = answer.headers.first { $0.isNamed("request-id") }?.value
            let details = error.code.map { ",\"details\":{\"error_code\":\(JSONText.quoted($0))}" } ?? ""
            let text = """
                {"type":"error","error":{"type":\(JSONText.quoted(error.type)),\
                "message":\(JSONText.quoted(error.message))\(details)},\
                "request_id":\(JSONText.quoted(scriptedID ?? MockIdentifier.request(request.index)))}
                """
            self.init(status: error.status, contentType: "application/json", bytes: Array(text.utf8))
        case .events(let events):
            self.init(status: answer.status, events: events, pace: answer.pace)
        case .bedrock(let frames):
            self.init(
                status: answer.status,
                contentType: "application/vnd.amazon.eventstream",
                events: frames.flatMap { frame in
                    BedrockRendering.frames(frame, requestModel: outline.model, index: request.index).map {
                        Segment(bytes: $0, delay: frame.delay.map { .fixed($0) } ?? answer.pace.event, isEvent: true)
                    }
                }
            )
        case .message(let message):
            let rendering = MessageRendering(message, requestModel: outline.model, index: request.index)
            if outline.stream {
                self.init(status: answer.status, events: rendering.events, pace: answer.pace)
            } else {
                self.init(status: answer.status, contentType: "application/json", bytes: Array(rendering.json.utf8))
            }
        }
        if answer.gzip { compress() }
    }

    /// The length of the whole body in bytes.
    var length: Int { segments.reduce(0) { $0 + $1.bytes.count } }

    /// The number of body bytes before a fault's moment; past the end is the end.
    func offset(of moment: Fault.Moment) -> Int {
        switch moment {
        case .beforeAnswer, .afterHead: 0
        case .afterBytes(let count): min(count, length)
        case .afterEvent(let number): end(ofEvent: number) ?? length
        case .insideEvent(let number, let bytes):
            if let end = end(ofEvent: number) {
                min((number > 1 ? self.end(ofEvent: number - 1) : 0).map { $0 + bytes } ?? end, end)
            } else {
                length
            }
        }
    }

    private init(status: Int, contentType: String?, bytes: [UInt8]) {
        self.status = status
        self.contentType = contentType
        segments = bytes.isEmpty ? [] : [Segment(bytes: bytes, delay: nil, isEvent: false)]
        isStream = false
    }

    private init(status: Int, events: [ScriptedEvent], pace: AnswerPace) {
        let segments = events.flatMap { event in
            repeatElement(
                Segment(bytes: event.bytes, delay: event.delay.map { .fixed($0) } ?? pace.event, isEvent: true),
                count: event.repeats
            )
        }
        self.init(status: status, contentType: "text/event-stream; charset=utf-8", events: segments)
    }

    private init(status: Int, contentType: String, events: [Segment]) {
        self.status = status
        self.contentType = contentType
        segments = events
        isStream = true
    }

    private mutating func compress() {
        let encoder = GzipEncoder()
        for index in segments.indices {
            segments[index].bytes = encoder.encode(segments[index].bytes)
        }
        segments.append(Segment(bytes: encoder.finish(), delay: nil, isEvent: false))
    }

    private func end(ofEvent number: Int) -> Int? {
        var seen = 0
        var offset = 0
        for segment in segments {
            offset += segment.bytes.count
            if segment.isEvent { seen += 1 }
            if seen == number { return offset }
        }
        return nil
    }
}
