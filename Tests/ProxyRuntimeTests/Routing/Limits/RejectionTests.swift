import Recorder
import Testing

@testable import ProxyRuntime

@Suite("What windows refuse")
struct RejectionTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var lines: [String]
        var rejection: RateLimitReport.Rejection?
        var testDescription: String { name }
    }

    /// Resets are given in seconds from now, so that an expectation is as many seconds.
    private static let now = Timestamp(microseconds: 1_795_168_800_000_000)

    private static func rejection(
        shared: Bool,
        _ window: String?,
        _ seconds: Int64?,
        _ claim: String?
    ) -> RateLimitReport.Rejection {
        RateLimitReport.Rejection(
            isShared: shared,
            window: window,
            until: seconds.map { now.advanced(byMicroseconds: $0 * 1_000_000) },
            claim: claim
        )
    }

    static let cases: [Case] = [
        Case(name: "nothing", lines: [], rejection: nil),
        Case(
            name: "all open",
            lines: [
                "status: allowed_warning", "5h-status: allowed", "7d-status: queueing_hard",
                "7d_oi-status: queueing_soft",
            ],
            rejection: nil
        ),
        Case(
            name: "near the end is not refused",
            lines: ["5h-utilization: 1.0", "7d-status: allowed_warning", "7d-utilization: 0.99"],
            rejection: nil
        ),
        Case(
            name: "five hours",
            lines: [
                "status: rejected", "5h-status: rejected", "5h-reset: 4980", "7d-status: allowed", "7d-reset: 345600",
                "representative-claim: five_hour", "reset: 4980",
            ],
            rejection: rejection(shared: true, "5h", 4980, "five_hour")
        ),
        Case(
            name: "five hours without aggregate",
            lines: ["5h-status: rejected", "5h-reset: 7200", "5h-utilization: 1.0"],
            rejection: rejection(shared: true, "5h", 7200, "five_hour")
        ),
        Case(
            name: "both shared, the later one binds",
            lines: [
                "representative-claim: five_hour", "5h-status: rejected", "5h-reset: 60", "7d-status: rejected",
                "7d-reset: 90",
            ],
            rejection: rejection(shared: true, "7d", 90, "seven_day")
        ),
        Case(
            name: "both shared, the later one stands first",
            lines: ["7d-status: rejected", "7d-reset: 90", "5h-status: rejected", "5h-reset: 100"],
            rejection: rejection(shared: true, "5h", 100, "five_hour")
        ),
        Case(
            name: "both shared, one reset known",
            lines: ["5h-status: rejected", "7d-status: rejected", "7d-reset: 90", "reset: 60"],
            rejection: rejection(shared: true, "7d", 90, "seven_day")
        ),
        Case(
            name: "a window without reset, the aggregate has one",
            lines: ["5h-status: rejected", "reset: 60"],
            rejection: rejection(shared: true, "5h", 60, "five_hour")
        ),
        Case(
            name: "no reset at all",
            lines: ["7d-status: rejected", "7d-reset: nan"],
            rejection: rejection(shared: true, "7d", nil, "seven_day")
        ),
        Case(
            name: "shared goes before a family's",
            lines: [
                "7d_oi-status: rejected", "7d_oi-reset: 900", "7d-status: rejected", "7d-reset: 90",
                "representative-claim: seven_day_overage_included",
            ],
            rejection: rejection(shared: true, "7d", 90, "seven_day")
        ),
        Case(
            name: "only a family's",
            lines: [
                "status: rejected", "5h-status: allowed", "5h-reset: 13", "7d-status: allowed_warning",
                "7d-reset: 51811",
                "7d_oi-status: rejected", "7d_oi-reset: 51811", "representative-claim: seven_day_overage_included",
                "reset: 51811",
            ],
            rejection: rejection(shared: false, "7d_oi", 51_811, "seven_day_overage_included")
        ),
        Case(
            name: "a family's, the claim is of a shared window",
            lines: ["7d_opus-status: rejected", "7d_opus-reset: 5", "representative-claim: seven_day"],
            rejection: rejection(shared: false, "7d_opus", 5, "7d_opus")
        ),
        Case(
            name: "two families', the later one binds",
            lines: ["a-status: rejected", "a-reset: 5", "b-status: rejected", "b-reset: 9"],
            rejection: rejection(shared: false, "b", 9, "b")
        ),
        Case(
            name: "only the aggregate",
            lines: ["status: rejected", "reset: 600", "representative-claim: five_hour"],
            rejection: rejection(shared: true, nil, 600, "five_hour")
        ),
        Case(
            name: "only the aggregate, nothing else",
            lines: ["status: rejected"],
            rejection: rejection(shared: true, nil, nil, nil)
        ),
        Case(
            name: "the aggregate, and windows that have no status",
            lines: ["status: rejected", "5h-reset: 60", "5h-utilization: 1.0", "reset: 60"],
            rejection: rejection(shared: true, nil, 60, nil)
        ),
        Case(
            name: "the aggregate, and windows that are open",
            lines: ["status: rejected", "5h-status: allowed", "7d-status: allowed", "reset: 60"],
            rejection: nil
        ),
        Case(
            name: "overage that is off",
            lines: ["status: allowed", "overage-status: rejected", "overage-disabled-reason: org_level_disabled"],
            rejection: nil
        ),
    ]

    @Test("the latest of the windows that refuse binds, shared ones first", arguments: cases)
    func binds(_ row: Case) {
        let fields = row.lines.map { line in
            let parts = line.split(separator: ":").map(\.trimmingSpaces)
            return HeaderField(RecordedHeaders.unified + parts[0], parts[1])
        }
        #expect(RateLimitReport(fields, at: Self.now).rejection() == row.rejection)
    }

    @Test(
        "statuses of older proxies refuse as well",
        arguments: ["rejected", "blocked", "rate_limited", "payment_required"]
    )
    func refuses(status: String) {
        let window = HeaderField(RecordedHeaders.unified + "5h-status", status)
        let aggregate = HeaderField(RecordedHeaders.unified + "status", status)
        #expect(RateLimitReport([window], at: Self.now).rejection()?.window == "5h")
        #expect(RateLimitReport([aggregate], at: Self.now).rejection()?.isShared == true)
    }

    @Test(
        "any other status is open",
        arguments: [
            "allowed", "allowed_warning", "queueing_soft", "queueing_hard", "REJECTED", "rejected!", "whatever",
        ]
    )
    func allows(status: String) {
        let window = HeaderField(RecordedHeaders.unified + "5h-status", status)
        let aggregate = HeaderField(RecordedHeaders.unified + "status", status)
        #expect(RateLimitReport([window, aggregate], at: Self.now).rejection() == nil)
        #expect(RateLimitReport([aggregate], at: Self.now).rejection() == nil)
    }
}
