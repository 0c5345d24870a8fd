import Recorder

extension AttemptKind {
    /// What the kind means, for people who don't know the identifiers; `nil` where there is nothing to explain.
    var words: String? {
        switch self {
        case .success: nil
        case .accountQuota: "the account's window is spent"
        case .modelQuota: "the account's window for this family of models is spent"
        case .throttle: "the account is told to wait a moment"
        case .windowless: "a limit that no header explains"
        case .spendCap: "the account's spending limit is reached"
        case .entitlement: "the account's plan does not include this"
        case .rateLimitKey: "the key's requests or tokens for now are used up"
        case .overloaded: "the upstream is overloaded"
        case .serverError: "the upstream failed"
        case .auth: "the upstream refused the credentials"
        case .invalidRequest: "the upstream refused the request itself"
        case .network: "the upstream was not reached, or the connection broke"
        case .timeout: "the upstream did not answer in time"
        case .streamError: "the answer broke off, or ended in an error"
        case .forced: "a rate limit made up by FORCE_RATE_LIMIT_TEST; nothing was sent"
        case .clientCancelled: "the client left"
        }
    }
}
