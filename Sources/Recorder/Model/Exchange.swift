/// One client request and what the client finally got, with every attempt in between, as recorded and masked.
///
/// All times are microseconds from `startedAt` on the monotonic clock.
package struct Exchange: Sendable {
    /// The global id, also sent to the client as `x-tapedeck-exchange`.
    package var id: ExchangeID
    /// The number behind `x` in the exchange's address; unique within a store.
    package var number: UInt64
    /// When the first byte of the request arrived.
    package var startedAt: Timestamp
    /// The conversation the request belongs to, if the request names one.
    package var session: String?
    /// The person or machine the usage counts for.
    package var user: String?
    /// The name of the client key that was used, when client keys are in force.
    package var clientKey: String?
    /// The `model` of the request body, if it has one.
    package var model: String?
    /// The `stream` of the request body, if it has one.
    package var stream: Bool?
    /// The id of the recorded exchange that this one sent again, when `replayer run` made it: its tokens are no spend.
    package var replayOf: String?
    /// What the client asked.
    package var request: RecordedRequest
    /// What the client got; `nil` when it left, or was left, before a head was sent.
    package var response: RecordedResponse?
    /// Every try at an upstream, in order.
    package var attempts: [Attempt]
    /// Why the policy made no further attempt, when there was a choice; `nil` when an attempt's answer went through.
    package var decision: AnswerDecision?
    /// How it ended for the client.
    package var ending: Ending
    /// From the first byte of the request to the end.
    package var duration: Int64

    /// The address within its store.
    package var address: ExchangeAddress { ExchangeAddress(exchange: number) }

    /// All bodies: the request's, each attempt's two, the answer's; equal ones come several times.
    package var bodies: [BodyRecord] {
        [request.body] + attempts.flatMap { [$0.request.body] + ($0.response.map { [$0.body] } ?? []) }
            + (response.map { [$0.body] } ?? [])
    }

    /// All bodies with their places in words, such as `x17.2 response body`.
    package var namedBodies: [(place: String, body: BodyRecord)] {
        func named(_ attempt: Int?, _ request: RecordedRequest, _ response: RecordedResponse?) -> [(String, BodyRecord)]
        {
            let address = ExchangeAddress(exchange: number, attempt: attempt)
            return [("\(address) request body", request.body)]
                + (response.map { [("\(address) response body", $0.body)] } ?? [])
        }
        return named(nil, request, response)
            + attempts.enumerated().flatMap { named($0 + 1, $1.request, $1.response) }
    }

    /// How many segments back its oldest piece lies.
    var segmentsBack: Int {
        var back = 0
        forEachRun { back = max(back, $0.segmentsBack) }
        return back
    }

    /// How many pieces its bodies name, repeats counted.
    var pieceReferences: Int {
        var count = 0
        forEachRun { count += $0.count }
        return count
    }

    /// Without an array of bodies: every recorded exchange comes by here.
    private func forEachRun(_ body: (PieceRun) -> Void) {
        request.body.pieces.forEach(body)
        for attempt in attempts {
            attempt.request.body.pieces.forEach(body)
            attempt.response?.body.pieces.forEach(body)
        }
        response?.body.pieces.forEach(body)
    }

    /// Makes an exchange.
    package init(
        id: ExchangeID,
        number: UInt64 = 0,
        startedAt: Timestamp,
        request: RecordedRequest,
        response: RecordedResponse? = nil,
        attempts: [Attempt] = [],
        ending: Ending = .complete,
        duration: Int64 = 0
    ) {
        self.id = id
        self.number = number
        self.startedAt = startedAt
        self.request = request
        self.response = response
        self.attempts = attempts
        self.ending = ending
        self.duration = duration
    }
}

/// The head and body of a request.
package struct RecordedRequest: Sendable {
    /// The method, such as `POST`.
    package var method: String
    /// The path without the query.
    package var path: String
    /// What follows the `?`, masked, or `nil` when there is none.
    package var query: String?
    /// Header lines in wire order, masked.
    package var headers: HeaderBlock
    /// The body.
    package var body: BodyRecord

    /// Makes a request.
    package init(
        method: String,
        path: String,
        query: String? = nil,
        headers: HeaderBlock = HeaderBlock(),
        body: BodyRecord = BodyRecord()
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
    }
}

/// The head, body and chunk times of a response.
package struct RecordedResponse: Sendable {
    /// The status code.
    package var status: Int
    /// Header lines in wire order, masked.
    package var headers: HeaderBlock
    /// The body.
    package var body: BodyRecord
    /// The reads that brought the body; their lengths add up to `body.storedLength`.
    package var chunks: [Chunk]

    /// Makes a response.
    package init(
        status: Int,
        headers: HeaderBlock = HeaderBlock(),
        body: BodyRecord = BodyRecord(),
        chunks: [Chunk] = []
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.chunks = chunks
    }
}
