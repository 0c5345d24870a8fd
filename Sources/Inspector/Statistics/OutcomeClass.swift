import Recorder

/// What the kinds of attempts have in common.
enum OutcomeClass {
    case success
    /// The account is not allowed to, or not now.
    case limit
    /// The upstream has no room, whoever asks.
    case overload
    /// The upstream, or the way to it, failed.
    case error
    /// It ended because of the client.
    case client

    init(_ kind: AttemptKind) {
        self =
            switch kind {
            case .success: .success
            case .accountQuota, .modelQuota, .throttle, .windowless, .spendCap, .entitlement, .rateLimitKey, .forced:
                .limit
            case .overloaded: .overload
            case .serverError, .auth, .network, .timeout, .streamError: .error
            case .invalidRequest, .clientCancelled: .client
            }
    }
}
