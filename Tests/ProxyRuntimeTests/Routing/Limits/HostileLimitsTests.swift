import Recorder
import Testing

@testable import ProxyRuntime

/// 2026-11-20T10:00:00Z.
private let now = Timestamp(microseconds: 1_795_168_800_000_000)
private let unified = RecordedHeaders.unified

@Suite("Hostile headers of limits")
struct HostileLimitsTests {
    private func report(_ name: String, _ value: String) -> RateLimitReport {
        RateLimitReport([HeaderField(name, value)], at: now)
    }

    @Test(
        "a value that is no number, time or text of its kind leaves nothing behind",
        arguments: [
            (
                unified + "5h-utilization",
                ["nan", "NaN", "-0.1", "-1", "inf", "1e9", "", "0.5%", "0x1", "½", "1,0", "."]
            ),
            (unified + "5h-reset", ["0", "-1", "nan", "1795168799", "1795860001", "never", "1e10", ""]),
            (unified + "5h-status", ["", "rejected\u{0}", "rejécted", String(repeating: "a", count: 65), "a\u{7F}"]),
            (unified + "status", ["", "reject\ned", String(repeating: "r", count: 100_000)]),
            (unified + "fallback-percentage", ["nan", "-0.5", "infinity", "50%"]),
            (unified + "representative-claim", ["", "five\r\nhour: x", String(repeating: "a", count: 65)]),
            (unified + "overage-disabled-reason", ["\u{1B}[31m", "ü"]),
            (unified + "overage-in-use", ["TRUE", "1", "yes", "false"]),
            ("anthropic-ratelimit-requests-remaining", ["-1", "0.0", "none", "", "99999999999999999999", "+0"]),
            ("anthropic-ratelimit-requests-limit", ["1e3", "nan", "1 000"]),
            ("anthropic-ratelimit-requests-reset", ["2025-08-21T12:40:59Z", "2026-11-29T10:00:00Z", "0"]),
            ("x-ratelimit-reset", ["1795168800", "6m0s", "nan"]),
            ("x-should-retry", ["TRUE", "1", ""]),
            ("retry-after", ["0", "-5", "nan", "1e3", "99999999999"]),
            ("retry-after-ms", ["0", "-5", "nan"]),
        ] as [(String, [String])]
    )
    func leavesNothing(name: String, values: [String]) {
        for value in values {
            var report = report(name, value)
            #expect(report.hasLimits == name.contains("-ratelimit-"))
            #expect(report.hasRetryAfter == name.hasPrefix("retry-"))
            report.hasLimits = false
            report.hasRetryAfter = false
            #expect(report == RateLimitReport(), "\(name): \(value)")
        }
    }

    @Test("a text of 64 characters is kept, a longer one is not")
    func limitsTexts() {
        let longest = String(repeating: "a", count: 64)
        #expect(report(unified + "status", longest).status == longest)
        #expect(report(unified + "status", longest + "a").status == nil)
        let name = String(repeating: "w", count: 57)
        #expect(report(unified + name + "-status", "rejected").windows.map(\.name) == [name])
        #expect(report(unified + name + "w-status", "rejected").windows.isEmpty)
    }

    @Test("names that are no ASCII are none")
    func refusesNames() {
        #expect(report(unified + "5h\u{0}-status", "rejected").windows.isEmpty)
        #expect(report(unified + "é-status", "rejected").windows.isEmpty)
        #expect(report("", "rejected") == RateLimitReport())
    }

    @Test("only so many windows and buckets are kept, and those that are go on being filled")
    func limitsNumbers() {
        var fields = (0..<100).map { HeaderField(unified + "w\($0)-status", "rejected") }
        fields += (0..<100).map { HeaderField("anthropic-ratelimit-b\($0)-remaining", "0") }
        fields += [HeaderField(unified + "w15-utilization", "0.5"), HeaderField("anthropic-ratelimit-b15-limit", "9")]
        let report = RateLimitReport(fields, at: now)
        #expect(report.windows.map(\.name) == (0..<16).map { "w\($0)" })
        #expect(report.windows.last?.utilization == 0.5)
        #expect(report.buckets.map(\.name) == (0..<16).map { "b\($0)" })
        #expect(report.buckets.last?.limit == 9)
    }

    @Test("of a repeated line the first usable one counts")
    func readsFirst() {
        let report = RateLimitReport(
            [
                HeaderField(unified + "status", "rejected"), HeaderField(unified + "status", "allowed"),
                HeaderField(unified + "5h-reset", "1"), HeaderField(unified + "5h-reset", "2"),
                HeaderField(unified + "5h-utilization", "nan"), HeaderField(unified + "5h-utilization", "0.5"),
                HeaderField(unified + "5h-status", "rejected"), HeaderField(unified + "5h-status", "allowed"),
            ],
            at: now
        )
        #expect(report.status == "rejected")
        #expect(report.windows.count == 1)
        #expect(report.windows.first?.reset == now.advanced(byMicroseconds: 1_000_000))
        #expect(report.windows.first?.utilization == 0.5)
        #expect(report.windows.first?.status == "rejected")
    }
}
