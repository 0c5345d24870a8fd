/// What a scripted error means; the names are those of the kinds of attempts, and `rejected` for a good answer.
enum ScriptedErrorKind: String, Sendable, Hashable, CaseIterable {
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
    /// A good answer whose headers say that the account's windows are spent.
    case rejected

    /// The kind that a status alone means; `nil` when it may mean several, or none.
    static func implied(by status: Int) -> ScriptedErrorKind? {
        switch status {
        case 401, 403: .auth
        case 529: .overloaded
        case 429: nil
        case 400..<500: .invalidRequest
        case 500...: .serverError
        default: nil
        }
    }

    /// Whether an answer of this kind can have that status.
    func allows(_ status: Int) -> Bool {
        switch self {
        case .rejected: status == 200
        case .accountQuota, .modelQuota, .throttle, .windowless, .entitlement, .rateLimitKey: status == 429
        case .spendCap: status == 429 || status == 400
        case .overloaded: status == 529
        case .serverError: (500...599).contains(status) && status != 529
        case .auth: status == 401 || status == 403
        case .invalidRequest: (400..<500).contains(status) && ![401, 403, 429].contains(status)
        }
    }
}
