@testable import ProxyRuntime

extension OutcomeKindTests {
    private static let unified = "anthropic-ratelimit-unified-"

    static let cases: [Case] = [
        Case(name: "200", status: 200, kind: .success),
        Case(name: "redirect", status: 302, kind: .success),
        Case(
            name: "the complete set on an ordinary 200",
            status: 200,
            headers: [
                unified + "status: allowed", unified + "5h-status: allowed",
                unified + "5h-reset: 1785205800",
                unified + "5h-utilization: 0.0", unified + "7d-status: allowed",
                unified + "7d-utilization: 0.11",
                unified + "representative-claim: five_hour", unified + "fallback-percentage: 0.5",
                unified + "overage-disabled-reason: org_level_disabled",
                unified + "overage-status: rejected",
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
        Case(
            name: "overloaded_error as 503",
            status: 503,
            error: #"{"type":"overloaded_error"}"#,
            kind: .overloaded
        ),
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
            name: "a prepaid account that is used up",
            status: 400,
            error: #"{"message": "Your credit balance is too low to access the Anthropic API."}"#,
            kind: .spendCap
        ),
        Case(
            name: "a 400 that quotes it",
            status: 400,
            error: #"{"message":"He said You have reached your specified API usage limits"}"#,
            kind: .invalidRequest
        ),
        Case(
            name: "five hours spent",
            status: 429,
            headers: [unified + "5h-status: rejected"],
            kind: .accountQuota
        ),
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
        Case(
            name: "spent, window unknown",
            status: 429,
            headers: [unified + "status: rejected"],
            kind: .accountQuota
        ),
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
            headers: [
                unified + "5h-status: allowed", unified + "overage-disabled-reason: out_of_credits",
            ],
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
        Case(
            name: "acceleration limit beside an empty bucket",
            status: 429,
            headers: ["anthropic-ratelimit-tokens-remaining: 0"],
            error: #"{"type":"rate_limit_error","details":{"error_code":"ramp_limit_exceeded"}}"#,
            kind: .throttle
        ),
        Case(
            name: "an empty bucket of a new name",
            status: 429,
            headers: ["anthropic-ratelimit-images-remaining: 0"],
            kind: .rateLimitKey
        ),
        Case(
            name: "an empty bucket on a 200",
            status: 200,
            headers: ["anthropic-ratelimit-requests-remaining: 0"],
            kind: .success
        ),
        Case(
            name: "out of credits beside an empty bucket",
            status: 429,
            headers: [
                unified + "overage-disabled-reason: out_of_credits",
                "anthropic-ratelimit-requests-remaining: 0",
            ],
            kind: .modelQuota
        ),
        Case(
            name: "out of credits on a 200",
            status: 200,
            headers: [unified + "status: allowed", unified + "overage-disabled-reason: out_of_credits"],
            kind: .success
        ),
        Case(
            name: "out of credits and the account spent",
            status: 429,
            headers: [
                unified + "7d-status: rejected", unified + "overage-disabled-reason: out_of_credits",
            ],
            kind: .accountQuota
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
        Case(
            name: "windowless whatever the message",
            status: 429,
            headers: ["X-Should-Retry: true"],
            error: #"{"type":"rate_limit_error","message":"Busy"}"#,
            kind: .windowless
        ),
        Case(
            name: "a 429 without any sign, and another message",
            status: 429,
            error:
                #"{"type":"rate_limit_error","message":"Too many requests, please wait before trying again."}"#,
            kind: .throttle
        ),
        Case(name: "a 429 without any sign and body", status: 429, kind: .throttle),
        Case(
            name: "a wait of nothing is a sign too",
            status: 429,
            headers: ["retry-after: 0"],
            kind: .throttle
        ),
        Case(
            name: "a generic limit",
            status: 429,
            headers: ["x-ratelimit-reset: 1795168900", "x-should-retry: true"],
            error: #"{"message":"Error"}"#,
            kind: .throttle
        ),
        Case(
            name: "entitlement that says so",
            status: 429,
            headers: ["x-should-retry: false"],
            kind: .entitlement
        ),
        Case(
            name: "acceleration limit and the account spent",
            status: 429,
            headers: [unified + "5h-status: rejected"],
            error: #"{"details":{"error_code":"ramp_limit_exceeded"}}"#,
            kind: .accountQuota
        ),
        Case(
            name: "a window spent on a 401",
            status: 401,
            headers: [unified + "5h-status: rejected"],
            kind: .auth
        ),
        Case(
            name: "a window spent on a 500",
            status: 500,
            headers: [unified + "7d-status: rejected"],
            kind: .serverError
        ),
        Case(
            name: "a family spent on a 403",
            status: 403,
            headers: [unified + "7d_oi-status: rejected"],
            kind: .auth
        ),
        Case(
            name: "a window spent on a 400",
            status: 400,
            headers: [unified + "7d-status: rejected"],
            kind: .invalidRequest
        ),
        Case(
            name: "a status of older proxies",
            status: 429,
            headers: [unified + "status: blocked"],
            kind: .accountQuota
        ),
        Case(
            name: "a warning on a 200",
            status: 200,
            headers: [unified + "status: allowed_warning", unified + "7d-status: allowed_warning"],
            kind: .success
        ),
        Case(name: "billing", status: 402, error: #"{"type":"billing_error"}"#, kind: .spendCap),
        Case(
            name: "spend cap as the message of a 429, with a wait",
            status: 429,
            headers: ["retry-after: 3600"],
            error:
                #"{"type":"rate_limit_error","message":"You have reached your specified workspace API usage limits."}"#,
            kind: .spendCap
        ),
        Case(
            name: "a 400 whose code is of a spend cap",
            status: 400,
            error: #"{"details":{"error_code":"enforced_spend_limit_reached"}}"#,
            kind: .spendCap
        ),
        Case(
            name: "a 404 that says what a spend cap says",
            status: 404,
            error: #"{"message":"You have reached your specified API usage limits"}"#,
            kind: .invalidRequest
        ),
        Case(
            name: "a 400 that quotes an overload",
            status: 400,
            error: #"{"type":"invalid_request_error","message":"no such type: \"overloaded_error\""}"#,
            kind: .invalidRequest
        ),
        Case(
            name: "a 429 whose message quotes codes",
            status: 429,
            headers: ["retry-after: 1"],
            error:
                #"{"type":"rate_limit_error","message":"\"enforced_spend_limit_reached\"","param":"overloaded_error"}"#,
            kind: .throttle
        ),
        Case(name: "408", status: 408, error: #"{"type":"timeout_error"}"#, kind: .timeout),
        Case(name: "409", status: 409, error: #"{"type":"conflict_error"}"#, kind: .invalidRequest),
        Case(name: "504", status: 504, error: #"{"type":"timeout_error"}"#, kind: .serverError),
        Case(
            name: "400",
            status: 400,
            error: #"{"type":"invalid_request_error"}"#,
            kind: .invalidRequest
        ),
        Case(name: "401", status: 401, kind: .auth),
        Case(name: "403", status: 403, kind: .auth),
        Case(name: "404", status: 404, kind: .invalidRequest),
        Case(name: "413", status: 413, kind: .invalidRequest),
        Case(name: "500", status: 500, kind: .serverError),
        Case(name: "503", status: 503, kind: .serverError),
    ]
}
