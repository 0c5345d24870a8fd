package import Recorder

/// What the headers of one answer say about limits.
package struct RateLimitReport: Hashable, Sendable {
    /// The windows that are named, in order of appearance.
    package var windows: [LimitWindow] = []
    /// The buckets that are named, in order of appearance.
    package var buckets: [LimitBucket] = []
    /// `unified-status`.
    package var status: String?
    /// `unified-reset`, else `x-ratelimit-reset`.
    package var reset: Timestamp?
    /// `unified-representative-claim`, such as `five_hour`.
    package var claim: String?
    /// `unified-fallback-percentage`: the share of requests that is still accepted while a window is spent.
    package var fallbackPercentage: Double?
    /// `unified-overage-in-use`: the answer was paid for beyond the windows.
    package var isOverageInUse = false
    /// `unified-overage-disabled-reason`.
    package var overageDisabledReason: String?
    /// The wait that `retry-after-ms` or `retry-after` asks for, in microseconds.
    package var retryAfter: Int64?
    /// Whether there was a `retry-after-ms` or `retry-after`, be it usable or not.
    package var hasRetryAfter = false
    /// `x-should-retry`.
    package var shouldRetry: Bool?
    /// Whether there was any `anthropic-ratelimit-…` or `x-ratelimit-…` header at all.
    package var hasLimits = false

    /// Makes a report that says nothing.
    package init() {}
}
