import Recorder

/// What a body of a sample is.
enum SampleBody {
    case none
    case text(String)
    case omitted(length: Int, reason: String)
}

/// A response of a sample.
struct SampleResponse {
    var status: Int
    var body: SampleBody
    var type = "application/json"
    var chunks: [Chunk]?
}

/// An attempt of a sample.
struct SampleAttempt {
    var kind = AttemptKind.success
    var account: String?
    var because = "it is the only target"
    var rejected: [RejectedCandidate] = []
    var changes: [String] = []
    var startedAt: Int64 = 400
    var ending = Ending.complete
    var failure: String?
    var cooldownUntil: Timestamp?
    var cooldownReason: String?
    var waited: Int64 = 0
    var response: SampleResponse?
}

/// A description of an exchange, before its bodies have a place in a segment.
struct SampleExchange {
    var number: UInt64
    var startedAt: Timestamp
    var session: String?
    var user: String? = "default"
    var model: String? = "claude-sonnet-4-5-20250929"
    var stream: Bool? = false
    var query: String?
    var requestBody = SampleBody.text(#"{"model":"claude-sonnet-4-5-20250929","max_tokens":64}"#)
    var attempts: [SampleAttempt] = []
    var response: SampleResponse?
    var decision: AnswerDecision?
    var replayOf: String?
    var ending = Ending.complete

    /// 2026-11-20T10:00:00Z.
    static let tenOClock: Int64 = 1_795_168_800_000_000

    /// Numbers from 1 begin a second apart.
    init(_ number: UInt64) {
        self.number = number
        startedAt = Timestamp(microseconds: SampleExchange.tenOClock + Int64(number) * 1_000_000)
    }

    var id: ExchangeID { ExchangeID(time: startedAt, random: number) }

    // MARK: - The forms an exchange can take

    static func success(_ number: UInt64) -> SampleExchange {
        var exchange = SampleExchange(number)
        let answer = SampleResponse(
            status: 200,
            body: .text(
                #"{"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-4-5-20250929","#
                    + #""content":[{"type":"text","text":"Hi"}],"stop_reason":"end_turn","#
                    + #""usage":{"input_tokens":12,"output_tokens":20}}"#
            )
        )
        exchange.session = "s-1"
        exchange.attempts = [SampleAttempt(response: answer)]
        exchange.response = answer
        return exchange
    }

    static func stream(_ number: UInt64) -> SampleExchange {
        var exchange = success(number)
        let events =
            "event: message_start\n"
            + #"data: {"type":"message_start","message":{"model":"claude-sonnet-4-5-20250929","#
            + #""usage":{"input_tokens":12,"output_tokens":1}}}"#
            + "\n\nevent: ping\ndata: {\"type\": \"ping\"}\n\n"
            + "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},"
            + "\"usage\":{\"output_tokens\":20}}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"
        let length = events.utf8.count
        let answer = SampleResponse(
            status: 200,
            body: .text(events),
            type: "text/event-stream",
            chunks: [Chunk(offset: 640_100, length: 150), Chunk(offset: 735_100, length: length - 150)]
        )
        exchange.stream = true
        exchange.attempts = [SampleAttempt(response: answer)]
        exchange.response = answer
        return exchange
    }

    /// Refused by one account, answered by another.
    static func failover(_ number: UInt64) -> SampleExchange {
        var exchange = success(number)
        let refusal = SampleResponse(
            status: 429,
            body: .text(#"{"type":"error","error":{"type":"rate_limit_error","message":"slow down"}}"#)
        )
        exchange.attempts = [
            SampleAttempt(
                kind: .accountQuota,
                account: "team-a",
                because: "the session stays on team-a",
                changes: ["accept-encoding narrowed to gzip"],
                cooldownUntil: Timestamp(microseconds: tenOClock + 3_600_000_000),
                cooldownReason: "5h window spent",
                response: refusal
            ),
            SampleAttempt(
                account: "team-b",
                because: "it has most headroom",
                rejected: [RejectedCandidate(account: "team-a", because: "cooling down")],
                startedAt: 300_000,
                response: exchange.response
            ),
        ]
        return exchange
    }

    /// Refused by two accounts, the second one after a wait; then nothing was left.
    static func allOut(_ number: UInt64) -> SampleExchange {
        var exchange = failover(number)
        exchange.attempts[1].kind = .throttle
        exchange.attempts[1].waited = 1_240_000
        exchange.attempts[1].cooldownUntil = Timestamp(microseconds: tenOClock + 90_000_000)
        exchange.attempts[1].response = exchange.attempts[0].response
        exchange.response = SampleResponse(
            status: 429,
            body: .text(#"{"type":"error","error":{"type":"rate_limit_error","message":"back at 10:01:30"}}"#)
        )
        exchange.decision = AnswerDecision(
            because: "every account is out; team-b is back first",
            rejected: [
                RejectedCandidate(account: "team-a", because: "5h window spent"),
                RejectedCandidate(account: "team-b", because: "told to wait 60 s"),
            ],
            waited: 2_000_000
        )
        return exchange
    }

    static func error(_ number: UInt64) -> SampleExchange {
        var exchange = success(number)
        let refusal = SampleResponse(
            status: 429,
            body: .text(#"{"type":"error","error":{"type":"rate_limit_error","message":"slow down"}}"#)
        )
        exchange.attempts = [SampleAttempt(kind: .throttle, response: refusal)]
        exchange.response = refusal
        return exchange
    }

    static func cancelledBeforeHead(_ number: UInt64) -> SampleExchange {
        var exchange = success(number)
        exchange.attempts = [SampleAttempt(kind: .clientCancelled, ending: .clientCancelled)]
        exchange.response = nil
        exchange.ending = .clientCancelled
        return exchange
    }

    static func networkFailure(_ number: UInt64) -> SampleExchange {
        var exchange = success(number)
        exchange.attempts = [SampleAttempt(kind: .network, ending: .reset, failure: "connection refused")]
        exchange.response = SampleResponse(
            status: 502,
            body: .text(#"{"type":"error","error":{"type":"api_error","message":"connection refused"}}"#)
        )
        return exchange
    }

    static func truncation(_ number: UInt64) -> SampleExchange {
        var exchange = stream(number)
        exchange.attempts[0].kind = .streamError
        exchange.attempts[0].ending = .truncated
        exchange.ending = .truncated
        return exchange
    }

    static func omittedBody(_ number: UInt64) -> SampleExchange {
        var exchange = success(number)
        let answer = SampleResponse(status: 200, body: .omitted(length: 91, reason: "content-encoding br"), chunks: [])
        exchange.attempts = [SampleAttempt(response: answer)]
        exchange.response = answer
        return exchange
    }
}
