import Recorder
import Testing

@testable import ProxyRuntime

/// 2026-11-20T10:00:00Z.
private let now = Timestamp(microseconds: 1_795_168_800_000_000)

private func seconds(_ seconds: Int64) -> Timestamp { Timestamp(microseconds: seconds * 1_000_000) }

private func window(_ name: String, _ status: String?, _ used: Double?, _ reset: Timestamp?) -> LimitWindow {
    var window = LimitWindow(name: name)
    window.status = status
    window.utilization = used
    window.reset = reset
    return window
}

private func bucket(_ name: String, _ limit: Int?, _ remaining: Int?, _ reset: Timestamp?) -> LimitBucket {
    var bucket = LimitBucket(name: name)
    bucket.limit = limit
    bucket.remaining = remaining
    bucket.reset = reset
    return bucket
}

@Suite("Reports of limits")
struct RateLimitReportTests {
    /// The same lines as fields and as the head of an answer, which must say the same.
    private func report(_ fields: [HeaderField], at time: Timestamp = now) throws -> RateLimitReport {
        let report = RateLimitReport(fields, at: time)
        let lines = fields.map { "\($0.name): \($0.value)\r\n" }.joined()
        let head = try head("HTTP/1.1 429 X\r\nDate: now\r\n\(lines)request-id: r\r\n\r\n", isRequest: false)
        #expect(RateLimitReport(head, at: time) == report)
        return report
    }

    @Test("the complete set of an ordinary 200 is read")
    func readsOrdinary() throws {
        let report = try report(RecordedHeaders.ordinary, at: seconds(1_785_190_000))
        var expected = RateLimitReport()
        expected.windows = [
            window("5h", "allowed", 0, seconds(1_785_205_800)), window("7d", "allowed", 0.11, seconds(1_785_466_800)),
        ]
        expected.status = "allowed"
        expected.reset = seconds(1_785_205_800)
        expected.claim = "five_hour"
        expected.fallbackPercentage = 0.5
        expected.overageDisabledReason = "org_level_disabled"
        expected.hasLimits = true
        #expect(report == expected)
        #expect(report.rejection() == nil)
    }

    @Test("the complete set of a production 429 is read")
    func readsFamilySpent() throws {
        let report = try report(RecordedHeaders.familySpent, at: seconds(1_785_684_988))
        var expected = RateLimitReport()
        expected.windows = [
            window("5h", "allowed", 0, seconds(1_785_685_200)),
            window("7d", "allowed_warning", 0.94, seconds(1_785_736_800)),
            window("7d_oi", "rejected", 1, seconds(1_785_736_800)),
        ]
        expected.status = "rejected"
        expected.reset = seconds(1_785_736_800)
        expected.claim = "seven_day_overage_included"
        expected.fallbackPercentage = 0.5
        expected.overageDisabledReason = "org_level_disabled"
        expected.retryAfter = 51_811_000_000
        expected.hasRetryAfter = true
        expected.shouldRetry = true
        expected.hasLimits = true
        #expect(report == expected)
        #expect(report.rejectedWindows.map(\.name) == ["7d_oi"])
    }

    @Test("the buckets of an API key are read")
    func readsBuckets() throws {
        let lines = RecordedHeaders.lines(
            "anthropic-ratelimit-",
            "requests-limit: 50",
            "requests-remaining: 41",
            "requests-reset: 2026-11-20T10:00:11Z",
            "input-tokens-limit: 80000",
            "input-tokens-remaining: 0",
            "input-tokens-reset: 2026-11-20T10:01:00Z",
            "new-thing-remaining: 7",
            "output-tokens-reset: 2025-08-21T12:40:59Z",
            "tokens-limit: 80000"
        )
        var expected = RateLimitReport()
        expected.buckets = [
            bucket("requests", 50, 41, seconds(1_795_168_811)),
            bucket("input-tokens", 80_000, 0, seconds(1_795_168_860)),
            bucket("new-thing", nil, 7, nil), bucket("tokens", 80_000, nil, nil),
        ]
        expected.hasLimits = true
        #expect(try report(lines) == expected)
    }

    @Test("windows that nobody has heard of are read")
    func readsNewWindows() throws {
        let lines = RecordedHeaders.lines(
            RecordedHeaders.unified,
            "30d_new-status: rejected",
            "30d_new-reset: 1795168900",
            "7d-opus-utilization: 1.25",
            "x-status: queueing_soft"
        )
        #expect(
            try report(lines).windows == [
                window("30d_new", "rejected", nil, seconds(1_795_168_900)), window("7d-opus", nil, 1.25, nil),
                window("x", "queueing_soft", nil, nil),
            ]
        )
    }

    @Test("what is no window makes none")
    func makesNoWindow() throws {
        let lines = RecordedHeaders.lines(
            RecordedHeaders.unified,
            "overage-status: rejected",
            "overage-reset: 1795168900",
            "overage-utilization: 0.5",
            "overage-in-use: true",
            "overage-surpassed-threshold: 0.75",
            "overage-new-status: rejected",
            "fallback: available",
            "fallback-percentage: 0.25",
            "fallback-status: rejected",
            "remaining: 12",
            "-status: rejected",
            "5h: rejected",
            "7d-surpassed-threshold: 0.75",
            "7d_oi-anything: rejected"
        )
        let report = try report(lines)
        #expect(report.windows.isEmpty)
        #expect(report.buckets.isEmpty)
        #expect(report.isOverageInUse)
        #expect(report.fallbackPercentage == 0.25)
        #expect(report.status == nil)
        #expect(report.rejection() == nil)
        #expect(report.hasLimits)
    }

    @Test("names are known in any case, and values are not changed")
    func readsAnyCase() throws {
        let lines = [
            HeaderField("Anthropic-RateLimit-Unified-5H-Status", "rejected"),
            HeaderField("ANTHROPIC-RATELIMIT-REQUESTS-REMAINING", "0"),
            HeaderField("Retry-After", "3"), HeaderField("X-Should-Retry", "false"),
            HeaderField("anthropic-RATELIMIT-unified-Representative-Claim", "Five_Hour"),
        ]
        let report = try report(lines)
        #expect(report.windows == [window("5h", "rejected", nil, nil)])
        #expect(report.buckets == [bucket("requests", nil, 0, nil)])
        #expect(report.retryAfter == 3_000_000)
        #expect(report.shouldRetry == false)
        #expect(report.claim == "Five_Hour")
    }

    @Test("names that only look like limits are none")
    func ignoresOthers() throws {
        let lines = RecordedHeaders.lines(
            "",
            "anthropic-ratelimit: 1",
            "anthropic-ratelimits-unified-status: rejected",
            "anthropic-version: 2023-06-01",
            "anthropic-priority-input-tokens-remaining: 0",
            "x-ratelimit: 1",
            "x-ratelimited-reset: 1795168900",
            "x-anthropic-ratelimit-unified-status: rejected",
            "retry-after-s: 9",
            "x-should-retry-not: true",
            "rate: 1",
            "retry-afte: 9",
            "x: y",
            "a: b",
            "r: s"
        )
        #expect(try report(lines) == RateLimitReport())
    }

    @Test("unified-reset goes before x-ratelimit-reset, wherever they stand")
    func ordersResets() throws {
        let generic = HeaderField("x-ratelimit-reset", "1795168860")
        let unified = HeaderField(RecordedHeaders.unified + "reset", "1795168900")
        let past = HeaderField(RecordedHeaders.unified + "reset", "1795168800")
        #expect(try report([generic]).reset == seconds(1_795_168_860))
        #expect(try report([generic]).hasLimits)
        #expect(try report([generic, unified]).reset == seconds(1_795_168_900))
        #expect(try report([unified, generic]).reset == seconds(1_795_168_900))
        #expect(try report([past, generic]).reset == seconds(1_795_168_860))
    }

    @Test("retry-after-ms goes before retry-after, wherever they stand")
    func ordersWaits() throws {
        let seconds = HeaderField("retry-after", "3")
        let date = HeaderField("retry-after", "Fri, 20 Nov 2026 10:00:10 GMT")
        let milliseconds = HeaderField("retry-after-ms", "250")
        #expect(try report([seconds]).retryAfter == 3_000_000)
        #expect(try report([date]).retryAfter == 10_000_000)
        #expect(try report([seconds, milliseconds]).retryAfter == 250_000)
        #expect(try report([milliseconds, seconds]).retryAfter == 250_000)
        #expect(try report([HeaderField("retry-after-ms", "nan"), seconds]).retryAfter == 3_000_000)
        let useless = try report([HeaderField("retry-after", "0")])
        #expect(useless.retryAfter == nil)
        #expect(useless.hasRetryAfter)
    }
}
