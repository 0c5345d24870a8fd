import Recorder

/// What is left of an account's limits.
///
/// A value without a clock of its own.
struct AccountState: Sendable, Hashable {
    private static let prefix = "anthropic-ratelimit-unified-"

    /// The buckets that there are, by the word in their headers.
    private var buckets: [(name: String, bucket: TokenBucket)] {
        [("requests", requests), ("input-tokens", input), ("output-tokens", output)].compactMap { name, bucket in
            bucket.map { (name, $0) }
        }
    }

    private var requests: TokenBucket?
    private var input: TokenBucket?
    private var output: TokenBucket?
    private var windows: [QuotaWindow]

    /// Makes the state at a scenario's begin.
    init(_ account: ScriptedAccount, now: Timestamp) {
        requests = account.requestsPerMinute.map { TokenBucket(perMinute: $0, now: now) }
        input = account.inputTokensPerMinute.map { TokenBucket(perMinute: $0, now: now) }
        output = account.outputTokensPerMinute.map { TokenBucket(perMinute: $0, now: now) }
        windows = account.windows.map { QuotaWindow($0, now: now) }
    }

    /// Lets time pass.
    mutating func advance(now: Timestamp) {
        requests?.refill(now: now)
        input?.refill(now: now)
        output?.refill(now: now)
        for index in windows.indices { windows[index].roll(now: now) }
    }

    /// Counts a request that is served, and its tokens.
    mutating func spend(input inputTokens: Int, output outputTokens: Int) {
        requests?.take(1)
        input?.take(inputTokens)
        output?.take(outputTokens)
        for index in windows.indices { windows[index].spend(inputTokens + outputTokens) }
    }

    /// The answer to a request that a limit refuses; `nil` while there is room.
    func refusal(now: Timestamp) -> ScriptedAnswer? {
        if let reset = windows.filter({ $0.status == .rejected }).map(\.reset).max() {
            let wait = max(1, reset.wholeSeconds - now.wholeSeconds)
            return .error(
                ScriptedError(
                    status: 429,
                    type: "rate_limit_error",
                    message: "This request would exceed your account's rate limit. Please try again later."
                ),
                headers: [ScriptedHeader("retry-after", String(wait)), ScriptedHeader("x-should-retry", "true")]
            )
        }
        let empty = buckets.filter { $0.bucket.remaining == 0 }
        guard let worst = empty.max(by: { $0.bucket.secondsToOne < $1.bucket.secondsToOne }) else { return nil }
        let unit = worst.name.split(separator: "-").joined(separator: " ")
        return .error(
            ScriptedError(
                status: 429,
                type: "rate_limit_error",
                message: """
                    This request would exceed your organization's rate limit of \
                    \(worst.bucket.perMinute) \(unit) per minute.
                    """
            ),
            headers: [ScriptedHeader("retry-after", String(max(1, worst.bucket.secondsToOne)))]
        )
    }

    /// The headers that tell what is left in the buckets.
    var bucketHeaders: [ScriptedHeader] {
        buckets.flatMap { name, bucket in
            [
                ScriptedHeader("anthropic-ratelimit-\(name)-limit", String(bucket.perMinute)),
                ScriptedHeader("anthropic-ratelimit-\(name)-remaining", String(bucket.remaining)),
                ScriptedHeader("anthropic-ratelimit-\(name)-reset", bucket.fullAt.secondsText),
            ]
        }
    }

    /// The headers that tell about the windows.
    var windowHeaders: [ScriptedHeader] {
        guard let binding else { return [] }
        var lines = [("status", aggregate.rawValue)]
        for window in windows {
            let name = window.length.rawValue
            lines.append(("\(name)-status", window.status.rawValue))
            lines.append(("\(name)-reset", String(window.reset.wholeSeconds)))
            lines.append(("\(name)-utilization", window.utilizationText))
            if window.status != .allowed {
                lines.append(("\(name)-surpassed-threshold", window.status == .rejected ? "1.0" : "0.75"))
            }
        }
        lines.append(("representative-claim", binding.length.claim))
        lines.append(("fallback-percentage", "0.5"))
        lines.append(("reset", String(binding.reset.wholeSeconds)))
        lines.append(("overage-disabled-reason", "org_level_disabled"))
        lines.append(("overage-status", "rejected"))
        return lines.map { ScriptedHeader(Self.prefix + $0.0, $0.1) }
    }

    private var aggregate: QuotaWindow.Status {
        let all = windows.map(\.status)
        if all.contains(.rejected) { return .rejected }
        return all.contains(.warning) ? .warning : .allowed
    }

    /// The window that binds: of the rejected ones that with the latest reset, else the fullest; a tie is the first's.
    private var binding: QuotaWindow? {
        let rejected = windows.filter { $0.status == .rejected }
        if let first = rejected.first {
            return rejected.dropFirst().reduce(first) { $1.reset > $0.reset ? $1 : $0 }
        }
        guard let first = windows.first else { return nil }
        return windows.dropFirst().reduce(first) { $1.utilization > $0.utilization ? $1 : $0 }
    }
}
