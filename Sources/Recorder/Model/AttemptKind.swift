/// What an attempt turned out to be, which decides how the policy reacts.
package enum AttemptKind: String, Sendable, CaseIterable, Codable {
    case success
    case accountQuota = "account_quota"
    case modelQuota = "model_quota"
    case throttle
    case windowless
    case spendCap = "spend_cap"
    case entitlement
    case rateLimitKey = "rate_limit_key"
    case overloaded
    case serverError = "server_error"
    case auth
    case invalidRequest = "invalid_request"
    case network
    case timeout
    case streamError = "stream_error"
    case forced
    case clientCancelled = "client_cancelled"
}
