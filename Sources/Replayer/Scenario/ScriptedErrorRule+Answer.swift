extension ScriptedErrorRule {
    /// The answer in place of the rules' one; `nil` for `rejected`, which only adds headers.
    var answer: ScriptedAnswer? {
        switch kind {
        case .rejected:
            nil
        case .accountQuota:
            limit("This request would exceed your account's rate limit. Please try again later.", Self.spentAccount)
        case .modelQuota:
            limit("This request would exceed your account's rate limit. Please try again later.", Self.spentFamily)
        case .throttle:
            limit("This request would exceed your organization's maximum usage increase rate.", [("retry-after", "7")])
        case .windowless:
            limit("Error", [("x-should-retry", "true")])
        case .entitlement:
            limit("Error", [])
        case .spendCap:
            spendCap
        case .rateLimitKey:
            limit(
                "This request would exceed your organization's rate limit of 50 requests per minute.",
                Self.emptyBucket
            )
        case .overloaded:
            error("overloaded_error", "Overloaded", [("x-should-retry", "true")])
        case .serverError:
            error(Self.serverTypes[status] ?? "api_error", HTTPText.reason(of: status), [])
        case .auth:
            status == 401
                ? error("authentication_error", "invalid x-api-key", [])
                : error("permission_error", "Your API key does not have permission to use the specified resource.", [])
        case .invalidRequest:
            error(Self.clientTypes[status] ?? "invalid_request_error", HTTPText.reason(of: status), [])
        }
    }

    /// The headers of a good answer that paid overage serves while the account's windows are spent.
    static let overage: [ScriptedHeader] = headers([
        ("status", "rejected"), ("5h-status", "allowed"), ("5h-reset", "{now+2h}"), ("5h-utilization", "0.4"),
        ("7d-status", "rejected"), ("7d-reset", "{now+3d}"), ("7d-utilization", "1.0"),
        ("7d-surpassed-threshold", "1.0"), ("representative-claim", "seven_day"), ("fallback-percentage", "0.5"),
        ("reset", "{now+3d}"), ("overage-status", "allowed"), ("overage-in-use", "true"),
    ])

    private var spendCap: ScriptedAnswer {
        let message = "You have reached your specified API usage limits. You will regain access later."
        guard status == 429 else { return error("invalid_request_error", message, []) }
        return .error(
            ScriptedError(
                status: status,
                type: "rate_limit_error",
                message: message,
                code: "enforced_spend_limit_reached"
            )
        )
    }

    private func limit(_ message: String, _ headers: [(String, String)]) -> ScriptedAnswer {
        error("rate_limit_error", message, headers)
    }

    private func error(_ type: String, _ message: String, _ headers: [(String, String)]) -> ScriptedAnswer {
        .error(
            ScriptedError(status: status, type: type, message: message),
            headers: headers.map { ScriptedHeader($0.0, $0.1) }
        )
    }

    private static let spentAccount =
        [("retry-after", "4980"), ("x-should-retry", "true")]
        + headers([
            ("status", "rejected"), ("5h-status", "rejected"), ("5h-reset", "{now+4980s}"), ("5h-utilization", "1.0"),
            ("5h-surpassed-threshold", "1.0"), ("7d-status", "allowed"), ("7d-reset", "{now+3d}"),
            ("7d-utilization", "0.41"), ("representative-claim", "five_hour"), ("fallback-percentage", "0.5"),
            ("reset", "{now+4980s}"), ("overage-disabled-reason", "org_level_disabled"),
            ("overage-status", "rejected"),
        ]).map { ($0.name, $0.value) }

    private static let spentFamily =
        [("retry-after", "51811"), ("x-should-retry", "true")]
        + headers([
            ("status", "rejected"), ("5h-status", "allowed"), ("5h-reset", "{now+4h}"), ("5h-utilization", "0.0"),
            ("7d-status", "allowed_warning"), ("7d-reset", "{now+51811s}"), ("7d-utilization", "0.94"),
            ("7d-surpassed-threshold", "0.75"), ("7d_oi-status", "rejected"), ("7d_oi-reset", "{now+51811s}"),
            ("7d_oi-utilization", "1.0"), ("7d_oi-surpassed-threshold", "1.0"),
            ("representative-claim", "seven_day_overage_included"), ("fallback-percentage", "0.5"),
            ("reset", "{now+51811s}"), ("overage-disabled-reason", "org_level_disabled"),
            ("overage-status", "rejected"),
        ]).map { ($0.name, $0.value) }

    private static let emptyBucket = [
        ("retry-after", "7"),
        ("anthropic-ratelimit-requests-limit", "50"), ("anthropic-ratelimit-requests-remaining", "0"),
        ("anthropic-ratelimit-requests-reset", "{now+60s:rfc3339}"),
    ]

    private static let serverTypes = [504: "timeout_error"]

    private static let clientTypes = [
        402: "billing_error", 404: "not_found_error", 409: "conflict_error", 413: "request_too_large",
    ]

    private static func headers(_ lines: [(String, String)]) -> [ScriptedHeader] {
        lines.map { ScriptedHeader("anthropic-ratelimit-unified-\($0.0)", $0.1) }
    }
}
