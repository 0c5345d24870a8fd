import NIOCore
import Recorder
import Testing

@testable import ProxyRuntime

/// The table "Which 429 is it" of the wire facts, row by row.
@Suite("Kinds of outcomes")
struct OutcomeKindTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var status: Int
        var headers: [String] = []
        var error: String? = nil
        var kind: AttemptKind
        var testDescription: String { name }
    }

    private static let unified = "anthropic-ratelimit-unified-"

    static let cases: [Case] = [
        Case(name: "200", status: 200, kind: .success),
        Case(name: "redirect", status: 302, kind: .success),
        Case(
            name: "the complete set on an ordinary 200",
            status: 200,
            headers: [
                unified + "status: allowed", unified + "5h-status: allowed", unified + "5h-reset: 1785205800",
                unified + "5h-utilization: 0.0", unified + "7d-status: allowed", unified + "7d-utilization: 0.11",
                unified + "representative-claim: five_hour", unified + "fallback-percentage: 0.5",
                unified + "overage-disabled-reason: org_level_disabled", unified + "overage-status: rejected",
            ],
            kind: .success
        ),
        Case(
            name: "the complete set on a production 429",
            status: 429,
            headers: [
                unified + "5h-status: allowed", unified + "7d-status: allowed_warning",
                unified + "7d-utilization: 0.94",
                unified + "7d_oi-status: rejected", unified + "7d_oi-utilization: 1.0",
                unified + "overage-status: rejected",
                unified + "overage-disabled-reason: org_level_disabled", unified + "status: rejected",
                "retry-after: 51811",
                "x-should-retry: true",
            ],
            error: #"{"type":"rate_limit_error","message":"m"}"#,
            kind: .modelQuota
        ),
        Case(name: "529", status: 529, kind: .overloaded),
        Case(
            name: "529 beside a spent window",
            status: 529,
            headers: [unified + "5h-status: rejected"],
            kind: .overloaded
        ),
        Case(name: "overloaded_error as 503", status: 503, error: #"{"type":"overloaded_error"}"#, kind: .overloaded),
        Case(
            name: "overloaded_error as 429",
            status: 429,
            headers: ["retry-after: 1"],
            error: #"{"type":"overloaded_error"}"#,
            kind: .overloaded
        ),
        Case(
            name: "enforced spend limit",
            status: 429,
            error: #"{"details":{"error_code":"enforced_spend_limit_reached"}}"#,
            kind: .spendCap
        ),
        Case(
            name: "contract spend limit beside a spent window",
            status: 429,
            headers: [unified + "7d-status: rejected"],
            error: #"{"details":{"error_code":"contract_spend_limit_reached"}}"#,
            kind: .spendCap
        ),
        Case(
            name: "spend limit of a user",
            status: 400,
            error:
                #"{"message":"You have reached your specified API usage limits. You will regain access on 2026-12-01"}"#,
            kind: .spendCap
        ),
        Case(
            name: "spend limit of a workspace",
            status: 400,
            error: #"{"message": "You have reached your specified workspace API usage limits."}"#,
            kind: .spendCap
        ),
        Case(
            name: "a 400 that quotes it",
            status: 400,
            error: #"{"message":"He said You have reached your specified API usage limits"}"#,
            kind: .invalidRequest
        ),
        Case(name: "five hours spent", status: 429, headers: [unified + "5h-status: rejected"], kind: .accountQuota),
        Case(
            name: "seven days spent",
            status: 429,
            headers: [unified + "7d-status: rejected", "retry-after: 9"],
            kind: .accountQuota
        ),
        Case(
            name: "five hours spent on a 200",
            status: 200,
            headers: [unified + "5h-status: rejected", unified + "overage-in-use: true"],
            kind: .accountQuota
        ),
        Case(
            name: "names in any case",
            status: 429,
            headers: ["Anthropic-RateLimit-Unified-5h-Status: rejected"],
            kind: .accountQuota
        ),
        Case(name: "spent, window unknown", status: 429, headers: [unified + "status: rejected"], kind: .accountQuota),
        Case(
            name: "spent, windows allowed",
            status: 429,
            headers: [unified + "status: rejected", unified + "5h-status: allowed", "retry-after: 3"],
            kind: .throttle
        ),
        Case(
            name: "a family spent",
            status: 429,
            headers: [unified + "5h-status: allowed", unified + "7d_oi-status: rejected"],
            kind: .modelQuota
        ),
        Case(
            name: "a family and the account spent",
            status: 429,
            headers: [unified + "7d-status: rejected", unified + "7d_oi-status: rejected"],
            kind: .accountQuota
        ),
        Case(
            name: "a family spent on a 200",
            status: 200,
            headers: [unified + "7d_opus-status: rejected"],
            kind: .modelQuota
        ),
        Case(
            name: "out of credits",
            status: 429,
            headers: [unified + "5h-status: allowed", unified + "overage-disabled-reason: out_of_credits"],
            kind: .modelQuota
        ),
        Case(
            name: "limit of an API key",
            status: 429,
            headers: ["anthropic-ratelimit-input-tokens-remaining: 0", "retry-after: 5"],
            kind: .rateLimitKey
        ),
        Case(
            name: "throttle of an API key with something left",
            status: 429,
            headers: ["anthropic-ratelimit-requests-remaining: 12", "retry-after: 5"],
            kind: .throttle
        ),
        Case(name: "burst", status: 429, headers: ["retry-after: 2"], kind: .throttle),
        Case(
            name: "acceleration limit",
            status: 429,
            error: #"{"details":{"error_code":"ramp_limit_exceeded"}}"#,
            kind: .throttle
        ),
        Case(
            name: "windowless",
            status: 429,
            headers: ["x-should-retry: true"],
            error: #"{"message":"Error"}"#,
            kind: .windowless
        ),
        Case(name: "entitlement", status: 429, error: #"{"message":"Error"}"#, kind: .entitlement),
        Case(name: "entitlement that says so", status: 429, headers: ["x-should-retry: false"], kind: .entitlement),
        Case(name: "400", status: 400, error: #"{"type":"invalid_request_error"}"#, kind: .invalidRequest),
        Case(name: "401", status: 401, kind: .auth),
        Case(name: "403", status: 403, kind: .auth),
        Case(name: "404", status: 404, kind: .invalidRequest),
        Case(name: "413", status: 413, kind: .invalidRequest),
        Case(name: "500", status: 500, kind: .serverError),
        Case(name: "503", status: 503, kind: .serverError),
    ]

    @Test("first sign that matches wins", arguments: cases)
    func tells(_ row: Case) throws {
        var attempt = CapturedAttempt(target: "t", account: nil, because: "", startedAt: 0)
        let lines = row.headers.map { $0 + "\r\n" }.joined()
        attempt.head = try head("HTTP/1.1 \(row.status) X\r\n\(lines)\r\n", isRequest: false)
        if let error = row.error {
            attempt.body.append(.init(string: #"{"type":"error","error":\#(error)}"#), at: 1)
        }
        #expect(OutcomeKind.of(attempt) == row.kind)
    }

    @Test("an attempt without an answer is a matter of the network")
    func withoutAnswer() {
        #expect(OutcomeKind.of(CapturedAttempt(target: "t", account: nil, because: "", startedAt: 0)) == .network)
    }
}
