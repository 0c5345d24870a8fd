import Recorder
import Testing

@testable import ProxyRuntime

/// The answers of `fixtures/scenarios`, with the headers and bodies that matter, at 2026-11-20T10:00:00Z.
@Suite("Outcomes of the scenarios")
struct ScenarioOutcomeTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var status: Int
        var unified: [String] = []
        var headers: [String] = []
        var body = ""
        var kind: AttemptKind
        /// Seconds from now at which what is refused is open again.
        var opensIn: Int64?
        /// The wait that is asked for, in seconds.
        var wait: Int64?
        var testDescription: String { name }
    }

    private static let now = Timestamp(microseconds: 1_795_168_800_000_000)
    private static let limited =
        #"{"type":"error","error":{"type":"rate_limit_error","message":"m"}}"#

    private static func error(_ type: String, _ message: String) -> String {
        #"{"type":"error","error":{"type":"\#(type)","message":"\#(message)"}}"#
    }

    static let cases: [Case] = [
        Case(
            name: "01 account window spent",
            status: 429,
            unified: [
                "status: rejected", "5h-status: rejected", "5h-reset: 1795173780", "5h-utilization: 1.0",
                "5h-surpassed-threshold: 1.0", "7d-status: allowed", "7d-reset: 1795514400",
                "7d-utilization: 0.41",
                "representative-claim: five_hour", "fallback-percentage: 0.5", "reset: 1795173780",
                "overage-disabled-reason: org_level_disabled", "overage-status: rejected",
            ],
            headers: ["retry-after: 4980", "x-should-retry: true"],
            body: limited,
            kind: .accountQuota,
            opensIn: 4980,
            wait: 4980
        ),
        Case(
            name: "01 the account that serves",
            status: 200,
            unified: [
                "status: allowed", "5h-status: allowed", "5h-reset: 1795186800", "7d-status: allowed",
                "overage-disabled-reason: org_level_disabled", "overage-status: rejected",
            ],
            kind: .success
        ),
        Case(
            name: "02 per-window headers only",
            status: 429,
            unified: ["5h-status: rejected", "5h-reset: 1795176000", "5h-utilization: 1.0"],
            headers: ["x-should-retry: true"],
            body: limited,
            kind: .accountQuota,
            opensIn: 7200
        ),
        Case(
            name: "03 windowless",
            status: 429,
            headers: ["x-should-retry: true"],
            body: error("rate_limit_error", "Error"),
            kind: .windowless
        ),
        Case(
            name: "04 bucket of an API key",
            status: 429,
            headers: [
                "retry-after: 4", "anthropic-ratelimit-requests-limit: 50",
                "anthropic-ratelimit-requests-remaining: 41",
                "anthropic-ratelimit-requests-reset: 2026-11-20T10:00:11Z",
                "anthropic-ratelimit-input-tokens-limit: 80000",
                "anthropic-ratelimit-input-tokens-remaining: 0",
                "anthropic-ratelimit-input-tokens-reset: 2026-11-20T10:01:00Z",
                "anthropic-ratelimit-output-tokens-remaining: 12000",
                "anthropic-ratelimit-tokens-remaining: 0",
            ],
            body: limited,
            kind: .rateLimitKey,
            wait: 4
        ),
        Case(
            name: "05 rejected but recovering",
            status: 429,
            unified: [
                "status: rejected", "5h-status: rejected", "5h-reset: 1795182062", "5h-utilization: 1.0",
                "representative-claim: five_hour", "fallback-percentage: 0.5", "reset: 1795182062",
            ],
            headers: ["retry-after: 13262", "x-should-retry: true"],
            body: limited,
            kind: .accountQuota,
            opensIn: 13_262,
            wait: 13_262
        ),
        Case(
            name: "06 good answer, rejected",
            status: 200,
            unified: [
                "status: rejected", "5h-status: allowed", "5h-reset: 1795179600", "5h-utilization: 0.4",
                "7d-status: rejected", "7d-reset: 1795341600", "7d-utilization: 1.0",
                "representative-claim: seven_day", "reset: 1795341600", "overage-status: allowed",
                "overage-in-use: true",
            ],
            kind: .accountQuota,
            opensIn: 172_800
        ),
        Case(
            name: "07 out of credits",
            status: 429,
            unified: [
                "5h-status: allowed", "7d-status: allowed", "overage-status: rejected",
                "overage-disabled-reason: out_of_credits",
            ],
            body: error("rate_limit_error", "You are out of credits for this model."),
            kind: .modelQuota
        ),
        Case(
            name: "07 second weekly bucket",
            status: 429,
            unified: [
                "status: rejected", "5h-status: allowed", "5h-reset: 1795168813",
                "7d-status: allowed_warning",
                "7d-reset: 1795220611", "7d_oi-status: rejected", "7d_oi-reset: 1795220611",
                "representative-claim: seven_day_overage_included", "reset: 1795220611",
            ],
            headers: ["retry-after: 51811", "x-should-retry: true"],
            body: limited,
            kind: .modelQuota,
            opensIn: 51_811,
            wait: 51_811
        ),
        Case(
            name: "08 overloaded",
            status: 529,
            headers: ["x-should-retry: true"],
            body: error("overloaded_error", "Overloaded"),
            kind: .overloaded
        ),
        Case(
            name: "08 overloaded until a date",
            status: 529,
            headers: ["x-should-retry: true", "retry-after: Fri, 20 Nov 2026 10:00:10 GMT"],
            body: error("overloaded_error", "Overloaded"),
            kind: .overloaded,
            wait: 10
        ),
        Case(name: "08 internal error", status: 500, body: error("api_error", "m"), kind: .serverError),
        Case(
            name: "08 page of a gateway",
            status: 502,
            body: "<html><h1>502 Bad Gateway</h1></html>",
            kind: .serverError
        ),
        Case(name: "08 unavailable", status: 503, body: error("api_error", "m"), kind: .serverError),
        Case(name: "08 timed out", status: 504, body: error("timeout_error", "m"), kind: .serverError),
        Case(
            name: "11 signature of a thinking block",
            status: 400,
            body: error(
                "invalid_request_error",
                "messages.1.content.0: Invalid `signature` in `thinking` block"
            ),
            kind: .invalidRequest
        ),
        Case(
            name: "11 no such key",
            status: 401,
            body: error("authentication_error", "m"),
            kind: .auth
        ),
        Case(name: "11 no permission", status: 403, body: error("permission_error", "m"), kind: .auth),
        Case(
            name: "11 spend cap",
            status: 429,
            body:
                #"{"error":{"type":"rate_limit_error","message":"m","details":{"error_code":"enforced_spend_limit_reached"}}}"#,
            kind: .spendCap
        ),
        Case(
            name: "11 entitlement",
            status: 429,
            body: error("rate_limit_error", "Error"),
            kind: .entitlement
        ),
        Case(
            name: "12 throttled by Bedrock",
            status: 429,
            headers: ["x-amzn-errortype: ThrottlingException"],
            body: #"{"message":"Too many requests, please wait before trying again."}"#,
            kind: .throttle
        ),
    ]

    @Test("each answer is told for what its scenario says", arguments: cases)
    func tells(_ row: Case) throws {
        let lines = row.unified.map { RecordedHeaders.unified + $0 } + row.headers
        let head = try head(
            "HTTP/1.1 \(row.status) X\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n",
            isRequest: false
        )
        let limits = RateLimitReport(head, at: Self.now)
        let outcome = AttemptOutcome(
            status: row.status,
            limits: limits,
            body: Array(row.body.utf8),
            at: Self.now
        )
        #expect(outcome.kind == row.kind)
        let opens = row.opensIn.map { Self.now.advanced(byMicroseconds: $0 * 1_000_000) }
        #expect(outcome.limits.rejection()?.until == opens)
        #expect(outcome.limits.retryAfter == row.wait.map { $0 * 1_000_000 })
    }

    @Test("09 an error that comes first is an overload")
    func tellsErrorFirst() {
        let data = Self.error("overloaded_error", "Overloaded")
        let outcome = AttemptOutcome(
            firstEventError: Array(data.utf8),
            status: 200,
            limits: RateLimitReport(),
            at: Self.now
        )
        #expect(outcome.kind == .overloaded)
    }
}
