import NIOCore
import Recorder

/// Tells what a whole answer was, from its status, its rate-limit headers and its error.
///
/// The signs and their order: a 429 has many meanings, and a 200 may say `rejected`.
enum OutcomeKind {
    /// The facts the kind is read from.
    struct Facts {
        var status: Int
        /// Lower-cased names of headers that speak of limits, with their values.
        var limits: [String: String] = [:]
        var hasRetryAfter = false
        var shouldRetry: String?
        /// The start of the body, as text, if it is not compressed.
        var body = ""
    }

    /// The kind of an attempt whose answer came to its end.
    static func of(_ attempt: CapturedAttempt?) -> AttemptKind {
        guard let attempt, let head = attempt.head else { return .network }
        return of(Facts(head, attempt.body))
    }

    /// The kind that the facts tell.
    static func of(_ facts: Facts) -> AttemptKind {
        if facts.status == 529 || facts.body.contains("\"overloaded_error\"") { return .overloaded }
        if isSpendCap(facts) { return .spendCap }
        if let quota = quota(facts.limits) { return quota }
        switch facts.status {
        case ..<400: return .success
        case 401, 403: return .auth
        case 429: return limit(facts)
        case 500...: return .serverError
        default: return .invalidRequest
        }
    }

    /// A window of the account, or of a family of models, that says `rejected`, on any status.
    private static func quota(_ limits: [String: String]) -> AttemptKind? {
        guard !limits.isEmpty else { return nil }
        let prefix = "anthropic-ratelimit-unified-"
        var hasWindows = false
        var isFamily = false
        for (name, value) in limits where name.hasPrefix(prefix) && name.hasSuffix("-status") {
            let window = name.dropFirst(prefix.count)
            // The aggregate, and overage that is off, say nothing about a window.
            guard !window.isEmpty, window != "status", window != "overage-status" else { continue }
            hasWindows = true
            guard value == "rejected" else { continue }
            if window == "5h-status" || window == "7d-status" { return .accountQuota }
            isFamily = true
        }
        if isFamily { return .modelQuota }
        return !hasWindows && limits[prefix + "status"] == "rejected" ? .accountQuota : nil
    }

    private static func limit(_ facts: Facts) -> AttemptKind {
        if facts.body.contains("\"ramp_limit_exceeded\"") { return .throttle }
        if facts.limits["anthropic-ratelimit-unified-overage-disabled-reason"] == "out_of_credits" {
            return .modelQuota
        }
        let buckets = ["requests", "tokens", "input-tokens", "output-tokens"]
        if buckets.contains(where: { facts.limits["anthropic-ratelimit-\($0)-remaining"] == "0" }) {
            return .rateLimitKey
        }
        if facts.hasRetryAfter { return .throttle }
        guard facts.limits.isEmpty else { return .throttle }
        return facts.shouldRetry == "true" ? .windowless : .entitlement
    }

    private static func isSpendCap(_ facts: Facts) -> Bool {
        let signs = [
            "\"enforced_spend_limit_reached\"", "\"contract_spend_limit_reached\"",
            "\"You have reached your specified API usage limits",
            "\"You have reached your specified workspace API usage limits",
        ]
        return (facts.status == 400 || facts.status == 429) && signs.contains { facts.body.contains($0) }
    }
}

extension OutcomeKind.Facts {
    fileprivate init(_ head: HTTPHead, _ stream: CapturedStream) {
        status = Int(head.text(head.second)) ?? 0
        for line in head.lines where line.known == nil {
            // Most answers are fine: of those only the windows' states are made strings.
            guard head.withBytes(line.name, { status >= 400 ? $0.mayLimit : $0.isWindowStatus }) else { continue }
            let name = head.text(line.name).lowercased()
            if name.hasPrefix("anthropic-ratelimit-") || name.hasPrefix("x-ratelimit-") {
                limits[name] = head.text(line.value)
            } else if name == "retry-after" || name == "retry-after-ms" {
                hasRetryAfter = true
            } else if name == "x-should-retry" {
                shouldRetry = head.text(line.value)
            }
        }
        if status >= 400 {
            let bytes = Array(stream.bytes.readableBytesView.prefix(64 << 10))
            let coding = head.value(.contentEncoding).map { [HeaderField("content-encoding", $0)] } ?? []
            body = String(decoding: BodyDecoding.decoded(bytes, headers: HeaderBlock(coding)) ?? [], as: UTF8.self)
        }
    }
}

extension UnsafeRawBufferPointer {
    /// Whether a header of that name may say something about limits: `anthropic-…`, `x-…`, `retry-…`.
    fileprivate var mayLimit: Bool {
        guard let first else { return false }
        return first | 0x20 == 0x61 || first | 0x20 == 0x78 || first | 0x20 == 0x72
    }

    /// Whether a header of that name is `anthropic-ratelimit-unified-…status`.
    fileprivate var isWindowStatus: Bool {
        guard count >= 34, self[0] | 0x20 == 0x61 else { return false }
        return UnsafeRawBufferPointer(rebasing: suffix(6)).isEqualIgnoringCase("status")
            && UnsafeRawBufferPointer(rebasing: self[..<28]).isEqualIgnoringCase("anthropic-ratelimit-unified-")
    }
}
