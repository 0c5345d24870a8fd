import Recorder

/// Cool-downs of one class on one account replace each other; those of different classes stand side by side.
///
/// So an overload never lengthens or shortens what a quota says.
enum CooldownClass: Hashable, Sendable {
    /// Windows and spend caps: their end is named by the upstream.
    case quota
    /// Empty buckets of an API key.
    case bucket
    /// Overload, errors, no connection: short, growing.
    case fault
    /// The credential is refused.
    case auth

    init?(_ kind: AttemptKind) {
        switch kind {
        case .accountQuota, .modelQuota, .spendCap, .forced: self = .quota
        case .rateLimitKey, .throttle: self = .bucket
        case .overloaded, .serverError, .network, .timeout, .streamError: self = .fault
        case .auth: self = .auth
        case .success, .windowless, .entitlement, .invalidRequest, .clientCancelled: return nil
        }
    }
}
