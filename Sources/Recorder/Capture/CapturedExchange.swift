package import NIOCore

/// Everything an event loop saw of one exchange, unmasked, on its way to the recorder's thread.
///
/// It holds credentials and prompts: it is handed over once and never logged. Times are microseconds from `startedAt`.
package struct CapturedExchange: Sendable {
    /// The global id.
    package var id: ExchangeID
    /// When the first byte of the request arrived.
    package var startedAt: Timestamp
    /// The name of the client key that was used.
    package var clientKey: String?
    /// The request's head.
    package var head: HTTPHead
    /// The request's body, unless it was handed over before.
    package var body: ByteBuffer?
    /// Body bytes of the request on the wire.
    package var bodyLength: Int
    /// Why the request's body is not here although there was one, such as `larger than the limit`.
    package var bodyOmitted: String?
    /// The attempts in order.
    package var attempts: [CapturedAttempt]
    /// What the client got; `nil` when no head was sent.
    package var answer: CapturedAnswer?
    /// Why there was no further attempt, when there was a choice.
    package var decision: AnswerDecision?
    /// How it ended for the client.
    package var ending: Ending
    /// From the first byte of the request to the end.
    package var duration: Int64

    /// Begins an exchange.
    package init(id: ExchangeID, startedAt: Timestamp, head: HTTPHead) {
        self.id = id
        self.startedAt = startedAt
        self.head = head
        bodyLength = 0
        attempts = []
        ending = .complete
        duration = 0
    }
}

/// What an event loop saw of one attempt.
package struct CapturedAttempt: Sendable {
    /// The kind of upstream.
    package var target: String
    /// The account's name, or `nil` for the client's own credentials.
    package var account: String?
    /// Why this target was chosen.
    package var because: String
    /// The candidates passed over.
    package var rejected: [RejectedCandidate] = []
    /// What was changed in the request.
    package var changes: [String] = []
    /// When it began.
    package var startedAt: Int64
    /// When the response head arrived.
    package var firstByteAt: Int64?
    /// When it was over.
    package var endedAt: Int64 = 0
    /// What it turned out to be.
    package var kind: AttemptKind = .success
    /// How it ended.
    package var ending: Ending = .complete
    /// What went wrong on the way.
    package var failure: String?
    /// Until when the account is left alone because of it.
    package var cooldownUntil: Timestamp?
    /// Why it is left alone.
    package var cooldownReason: String?
    /// How long the policy waited before it.
    package var waited: Int64 = 0
    /// The request head as sent.
    package var sent = DerivedHead()
    /// The response head.
    package var head: HTTPHead?
    /// The response body that was not handed over before.
    package var body = CapturedStream()

    /// Begins an attempt.
    package init(target: String, account: String?, because: String, startedAt: Int64) {
        self.target = target
        self.account = account
        self.because = because
        self.startedAt = startedAt
    }
}

/// What the client got.
package struct CapturedAnswer: Sendable {
    /// The status code.
    package var status: Int
    /// The head: lines of the last attempt's response, or all written by the proxy.
    package var head: DerivedHead
    /// Whether the body begins with the last attempt's body.
    package var repeatsAttempt: Bool
    /// Body bytes the proxy wrote itself, behind those of the attempt.
    package var own: ByteBuffer?
    /// When the proxy's own bytes were written.
    package var ownAt: Int64

    /// Begins an answer.
    package init(status: Int, head: DerivedHead, repeatsAttempt: Bool) {
        self.status = status
        self.head = head
        self.repeatsAttempt = repeatsAttempt
        ownAt = 0
    }
}

/// Body bytes with the times of the reads that brought them.
package struct CapturedStream: Sendable {
    /// The bytes since the last hand-over.
    package private(set) var bytes = ByteBuffer()
    /// The reads since the last hand-over.
    package private(set) var chunks: [Chunk] = []
    /// All bytes, those handed over before included.
    package private(set) var wireLength = 0

    /// Begins an empty stream.
    package init() {}

    /// Notes a read; its bytes are copied, so that the read buffer can be used again.
    package mutating func append(_ data: ByteBuffer, at offset: Int64) {
        if bytes.readableBytes == 0, data.readableBytes >= 32 << 10 {
            bytes = data
        } else {
            bytes.writeImmutableBuffer(data)
        }
        if let last = chunks.last, last.offset == offset {
            // Two parts of one read.
            chunks[chunks.count - 1].length += data.readableBytes
        } else {
            chunks.append(Chunk(offset: offset, length: data.readableBytes))
        }
        wireLength += data.readableBytes
    }

    /// Takes what has come since the last hand-over.
    package mutating func take() -> CapturedStream {
        var part = CapturedStream()
        swap(&part.bytes, &bytes)
        swap(&part.chunks, &chunks)
        part.wireLength = part.bytes.readableBytes
        return part
    }
}
