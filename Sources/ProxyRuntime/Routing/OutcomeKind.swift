import NIOCore
import Recorder

/// Tells what a whole answer was, from its status, its rate-limit headers and its error.
///
/// The signs and their order: a 429 has many meanings, and a 200 may say `rejected`.
enum OutcomeKind {
    /// The kind of an attempt whose answer came to its end.
    ///
    /// - Parameters:
    ///   - attempt: the attempt.
    ///   - limits: what its headers say about limits, or `nil` when nobody has looked.
    /// - Returns: `network` when there is no answer.
    static func of(_ attempt: CapturedAttempt?, limits: RateLimitReport? = nil) -> AttemptKind {
        guard let attempt, let head = attempt.head else { return .network }
        let status = Int(head.text(head.second)) ?? 0
        return of(
            status: status,
            // No kind depends on when a window begins anew.
            limits: limits ?? RateLimitReport(head, at: Timestamp(microseconds: 0)),
            error: status < 400 ? nil : UpstreamErrorBody(attempt.body, head)
        )
    }

    /// The kind that a status, headers and an error tell; the first sign that matches wins.
    ///
    /// `error` is what the body says, or `nil` when that is not known or the status is below 400.
    static func of(status: Int, limits: RateLimitReport, error: UpstreamErrorBody?) -> AttemptKind {
        if status == 529 || error?.type == "overloaded_error" { return .overloaded }
        if isSpendCap(status, error) { return .spendCap }
        if let rejection = limits.rejection() { return rejection.isShared ? .accountQuota : .modelQuota }
        switch status {
        case ..<400: return .success
        case 401, 403: return .auth
        case 408: return .timeout
        case 429: return limit(limits, error)
        case 500...: return .serverError
        default: return .invalidRequest
        }
    }

    /// A 429 that no window explains.
    private static func limit(_ limits: RateLimitReport, _ error: UpstreamErrorBody?) -> AttemptKind {
        if error?.code == "ramp_limit_exceeded" { return .throttle }
        if limits.overageDisabledReason == "out_of_credits" { return .modelQuota }
        if limits.buckets.contains(where: { $0.remaining == 0 }) { return .rateLimitKey }
        guard !limits.hasRetryAfter, !limits.hasLimits else { return .throttle }
        if limits.shouldRetry == true { return .windowless }
        // The gate says `Error` and nothing else. Other upstreams' 429s without a header are about their load.
        return limits.shouldRetry == false || error?.message == "Error" ? .entitlement : .throttle
    }

    private static func isSpendCap(_ status: Int, _ error: UpstreamErrorBody?) -> Bool {
        if status == 402 { return true }
        guard status == 400 || status == 429, let error else { return false }
        return ["enforced_spend_limit_reached", "contract_spend_limit_reached"].contains(error.code)
            || spendCapMessages.contains { error.message?.hasPrefix($0) ?? false }
    }

    private static let spendCapMessages = [
        "You have reached your specified API usage limits",
        "You have reached your specified workspace API usage limits",
        // A prepaid account that is used up: others may still pay.
        "Your credit balance is too low",
    ]
}

extension UpstreamErrorBody {
    /// Errors are short; a long body is none, and a compressed one could be a bomb.
    private static let longest = 64 << 10
    private static let longestCompressed = 8 << 10

    /// Reads a body as it came, in its content coding.
    fileprivate init?(_ body: CapturedStream, _ head: HTTPHead) {
        let coding = head.value(.contentEncoding)
        guard body.bytes.readableBytes <= (coding == nil ? Self.longest : Self.longestCompressed) else { return nil }
        let headers = HeaderBlock(coding.map { [HeaderField("content-encoding", $0)] } ?? [])
        guard let bytes = BodyDecoding.decoded(Array(body.bytes.readableBytesView), headers: headers) else {
            return nil
        }
        self.init(bytes)
    }
}
