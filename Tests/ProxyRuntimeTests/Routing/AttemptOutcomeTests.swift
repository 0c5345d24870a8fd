import Recorder
import Testing

@testable import ProxyRuntime

/// 2026-11-20T10:00:00Z.
private let now = Timestamp(microseconds: 1_795_168_800_000_000)

@Suite("Outcomes of attempts")
struct AttemptOutcomeTests {
    private func outcome(
        _ status: Int,
        _ body: String,
        _ fields: [HeaderField] = []
    )
        -> AttemptOutcome
    {
        AttemptOutcome(
            status: status,
            limits: RateLimitReport(fields, at: now),
            body: Array(body.utf8),
            at: now
        )
    }

    private func event(_ data: String, _ fields: [HeaderField] = []) -> AttemptOutcome {
        AttemptOutcome(
            firstEventError: Array(data.utf8),
            status: 200,
            limits: RateLimitReport(fields, at: now),
            at: now
        )
    }

    @Test("an outcome keeps status and limits, and can be delivered")
    func keeps() {
        let outcome = outcome(200, "{}", RecordedHeaders.ordinary)
        #expect(outcome.kind == .success)
        #expect(outcome.status == 200)
        #expect(outcome.limits.windows.map(\.name) == ["5h", "7d"])
        #expect(outcome.limits == RateLimitReport(RecordedHeaders.ordinary, at: now))
        #expect(outcome.isDeliverable)
        #expect(!outcome.isUnsent)
        #expect(outcome.spendCapUntil == nil)
    }

    @Test("a production 429 is the family's, not the account's")
    func tellsFamily() throws {
        let outcome = outcome(
            429,
            #"{"type":"error","error":{"type":"rate_limit_error"}}"#,
            RecordedHeaders.familySpent
        )
        #expect(outcome.kind == .modelQuota)
        let rejection = try #require(outcome.limits.rejection())
        #expect(!rejection.isShared)
        #expect(rejection.window == "7d_oi")
    }

    @Test("a spend cap's date is found in its message")
    func findsDate() {
        let message =
            "You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC."
        let body = #"{"type":"error","error":{"type":"invalid_request_error","message":"\#(message)"}}"#
        let outcome = outcome(400, body)
        #expect(outcome.kind == .spendCap)
        #expect(outcome.spendCapUntil?.description == "2026-12-01T00:00:00.000000Z")
    }

    @Test("a date in another refusal is none of a spend cap")
    func ignoresDate() {
        let outcome = outcome(400, #"{"error":{"message":"The model retires on 2026-12-01."}}"#)
        #expect(outcome.kind == .invalidRequest)
        #expect(outcome.spendCapUntil == nil)
    }

    @Test(
        "both shapes of an error are read, in any spelling",
        arguments: [
            #"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"r"}"#,
            #"{"error":{"type":"overloaded_error"}}"#,
            "\n { \"error\" : { \"message\" : null , \"type\" : \"overloaded_error\" } } \n",
            #"{"error":{"type":"over\u006coaded_error"}}"#,
            #"{"error":{"type":"api_error"},"error":{"type":"overloaded_error"}}"#,
        ]
    )
    func readsShapes(body: String) {
        #expect(outcome(500, body).kind == .overloaded)
    }

    @Test(
        "what is cut off, no JSON or of another shape is told by its status alone",
        arguments: [
            "", "{", #"{"type":"error","error":{"type":"overloaded_error","message":"Over"#,
            #"{"error":{"type":"overloaded_error"}} x"#, #""overloaded_error""#, #"["overloaded_error"]"#,
            #"{"type":"overloaded_error"}"#, #"{"error":"overloaded_error"}"#,
            #"{"error":["overloaded_error"]}"#,
            #"{"error":{"type":["overloaded_error"]}}"#,
            #"{"error":{"error":{"type":"overloaded_error"}}}"#,
            #"{"error":{"message":"{\"error\":{\"type\":\"overloaded_error\"}}"}}"#,
            #"{"error":{"code":"overloaded_error","details":{"type":"overloaded_error"}}}"#,
            "<html><h1>502 overloaded_error</h1></html>",
            "\u{FEFF}{\"error\":{\"type\":\"overloaded_error\"}}",
        ]
    )
    func readsStatusOnly(body: String) {
        #expect(outcome(502, body).kind == .serverError)
    }

    @Test("a good answer's body is not looked into")
    func ignoresGoodBody() {
        #expect(outcome(200, #"{"error":{"type":"overloaded_error"}}"#).kind == .success)
    }

    // MARK: - Streams that begin with an error

    @Test(
        "an error that comes first tells its kind by its type",
        arguments: [
            ("overloaded_error", AttemptKind.overloaded), ("rate_limit_error", .throttle),
            ("api_error", .serverError),
            ("timeout_error", .serverError), ("authentication_error", .auth), ("permission_error", .auth),
            ("invalid_request_error", .invalidRequest), ("not_found_error", .invalidRequest),
            ("request_too_large", .invalidRequest), ("billing_error", .spendCap),
            ("new_error", .streamError),
            ("", .streamError),
        ]
    )
    func readsFirstEvent(type: String, kind: AttemptKind) {
        let outcome = event(#"{"type":"error","error":{"type":"\#(type)","message":"Error"}}"#)
        #expect(outcome.kind == kind)
        #expect(outcome.status == 200)
        #expect(outcome.isDeliverable)
    }

    @Test("a limit that comes first is told by the headers of the stream")
    func readsFirstLimit() {
        let limit = #"{"type":"error","error":{"type":"rate_limit_error","message":"Error"}}"#
        let shouldRetry = HeaderField("x-should-retry", "true")
        let empty = HeaderField("anthropic-ratelimit-requests-remaining", "0")
        let spent = HeaderField(RecordedHeaders.unified + "5h-status", "rejected")
        #expect(event(limit, [shouldRetry]).kind == .windowless)
        #expect(event(limit, [HeaderField("x-should-retry", "false")]).kind == .throttle)
        #expect(event(limit, [empty]).kind == .rateLimitKey)
        #expect(event(limit, [empty]).limits.buckets.first?.remaining == 0)
        #expect(event(limit, [spent]).kind == .accountQuota)
        #expect(event(limit, RecordedHeaders.familySpent).kind == .modelQuota)
        #expect(event(limit, RecordedHeaders.ordinary).kind == .throttle)
    }

    @Test("a spend cap that comes first keeps its date")
    func readsFirstSpendCap() {
        let outcome = event(
            #"{"error":{"type":"rate_limit_error","message":"until 2026-12-01","details":{"error_code":"enforced_spend_limit_reached"}}}"#
        )
        #expect(outcome.kind == .spendCap)
        #expect(outcome.spendCapUntil?.description == "2026-12-01T00:00:00.000000Z")
    }

    @Test(
        "data that tells no type is a trouble of the stream",
        arguments: [
            "", "x", "{}", #"{"error":{}}"#, #"{"type":"error"}"#,
            #"{"error":{"type":"overloaded_error""#,
        ]
    )
    func readsNoType(data: String) {
        let outcome = event(data, RecordedHeaders.ordinary)
        #expect(outcome.kind == .streamError)
        #expect(outcome.limits.windows.count == 2)
        #expect(outcome.isDeliverable)
    }
}
