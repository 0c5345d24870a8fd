import CurlSupport
import NIOCore
import Recorder

extension CapturedExchange {
    /// What the recorder gets of a request that was sent again, as if a proxy had seen it.
    ///
    /// - Parameters:
    ///   - request: what was sent.
    ///   - response: what came of it.
    ///   - address: the address of the recorded exchange, for the reason of the attempt.
    ///   - startedAt: when it was sent.
    init(_ request: ReplayRequest, _ response: CurlResponse, address: String, startedAt: Timestamp) {
        let head = HTTPHead(start: (request.method, request.target, "HTTP/1.1"), fields: request.headers)
        self.init(id: ExchangeID(time: startedAt, random: .random(in: 0 ... .max)), startedAt: startedAt, head: head)
        body = request.body.map { ByteBuffer(bytes: $0) }
        bodyLength = request.body?.count ?? 0
        ending = Ending(response.end)
        duration = response.timing.total

        var attempt = CapturedAttempt(target: "replay", account: nil, because: "replay of \(address)", startedAt: 0)
        attempt.sent = DerivedHead(keeping: head)
        attempt.endedAt = duration
        attempt.ending = ending
        attempt.failure = response.end.reason
        attempt.kind = AttemptKind(response)
        if let status = response.status {
            let fields = response.headers.map { HeaderField($0.name, $0.value) }
            let start = (response.version?.rawValue ?? "HTTP/1.1", String(status), response.reason)
            let answer = HTTPHead(start: start, fields: fields)
            attempt.head = answer
            attempt.firstByteAt = response.headOffset
            var buffer = ByteBuffer(bytes: response.body)
            for chunk in response.chunks {
                if let part = buffer.readSlice(length: chunk.length) { attempt.body.append(part, at: chunk.offset) }
            }
            self.answer = CapturedAnswer(status: status, head: DerivedHead(keeping: answer), repeatsAttempt: true)
        }
        attempts = [attempt]
    }
}

extension AttemptKind {
    /// What an answer turned out to be, by its status alone.
    init(_ response: CurlResponse) {
        if case .timeout = response.end {
            self = .timeout
            return
        }
        guard let status = response.status else {
            self = .network
            return
        }
        switch status {
        case 200..<400: self = response.end == .complete ? .success : .streamError
        case 401, 403: self = .auth
        case 429: self = .throttle
        case 529: self = .overloaded
        case 500...: self = .serverError
        default: self = .invalidRequest
        }
    }
}
