package import Recorder

extension AttemptOutcome {
    /// What an answer came to.
    ///
    /// - Parameters:
    ///   - status: the status.
    ///   - limits: what the headers say.
    ///   - body: the body without content coding; empty or cut off, it says nothing. Below 400 it is not read.
    ///   - now: when the answer came, which the date of a spend cap is told from.
    package init(status: Int, limits: RateLimitReport, body: [UInt8], at now: Timestamp) {
        self.init(status: status, limits: limits, error: status < 400 ? nil : UpstreamErrorBody(body), at: now)
    }

    /// What a stream came to whose first event is `error`.
    ///
    /// It is taken for the answer that would have told the same by its status.
    ///
    /// - Parameters:
    ///   - data: the event's data.
    ///   - status: the status of the stream's head.
    ///   - limits: what the headers say.
    ///   - now: when the event came.
    package init(firstEventError data: [UInt8], status: Int, limits: RateLimitReport, at now: Timestamp) {
        let error = UpstreamErrorBody(data)
        guard let equivalent = AttemptOutcome.status(ofErrorType: error?.type) else {
            self.init(kind: .streamError, status: status)
            self.limits = limits
            isDeliverable = true
            return
        }
        self.init(status: equivalent, limits: limits, error: error, at: now)
        self.status = status
        // The gate refuses before it begins a stream.
        if kind == .entitlement { kind = .throttle }
    }

    private init(status: Int, limits: RateLimitReport, error: UpstreamErrorBody?, at now: Timestamp) {
        self.init(kind: OutcomeKind.of(status: status, limits: limits, error: error), status: status)
        self.limits = limits
        isDeliverable = true
        if kind == .spendCap { spendCapUntil = error?.message.flatMap { SpendCapDate.parse($0, at: now) } }
    }

    /// The status that goes with an error's type, of those that say something about more than the stream.
    private static func status(ofErrorType type: String?) -> Int? {
        switch type {
        case "invalid_request_error": 400
        case "authentication_error": 401
        case "billing_error": 402
        case "permission_error": 403
        case "not_found_error": 404
        case "request_too_large": 413
        case "rate_limit_error": 429
        case "api_error": 500
        case "timeout_error": 504
        case "overloaded_error": 529
        default: nil
        }
    }
}
