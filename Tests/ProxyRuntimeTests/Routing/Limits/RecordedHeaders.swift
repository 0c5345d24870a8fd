import Recorder

/// The header lines of answers as upstreams sent them, and of the scenarios, for tests of what reads them.
enum RecordedHeaders {
    static let unified = "anthropic-ratelimit-unified-"

    /// All lines about limits of an ordinary 200 of a subscription.
    static let ordinary: [HeaderField] = lines(
        unified,
        "status: allowed",
        "5h-status: allowed",
        "5h-reset: 1785205800",
        "5h-utilization: 0.0",
        "7d-status: allowed",
        "7d-reset: 1785466800",
        "7d-utilization: 0.11",
        "representative-claim: five_hour",
        "fallback-percentage: 0.5",
        "reset: 1785205800",
        "overage-disabled-reason: org_level_disabled",
        "overage-status: rejected"
    )

    /// All lines about limits of a 429 for a family of models; 2026-08-02T15:36:28Z.
    static let familySpent: [HeaderField] =
        lines(
            unified,
            "5h-status: allowed",
            "5h-utilization: 0.0",
            "5h-reset: 1785685200",
            "7d-status: allowed_warning",
            "7d-utilization: 0.94",
            "7d-surpassed-threshold: 0.75",
            "7d-reset: 1785736800",
            "7d_oi-status: rejected",
            "7d_oi-utilization: 1.0",
            "7d_oi-surpassed-threshold: 1.0",
            "7d_oi-reset: 1785736800",
            "fallback-percentage: 0.5",
            "overage-disabled-reason: org_level_disabled",
            "overage-status: rejected",
            "representative-claim: seven_day_overage_included",
            "reset: 1785736800",
            "status: rejected"
        ) + lines("", "retry-after: 51811", "x-should-retry: true")

    /// Lines of `name: value`, with a prefix for the names.
    static func lines(_ prefix: String, _ lines: String...) -> [HeaderField] {
        lines.map { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            return HeaderField(prefix + parts[0], parts[1].trimmingSpaces)
        }
    }
}
