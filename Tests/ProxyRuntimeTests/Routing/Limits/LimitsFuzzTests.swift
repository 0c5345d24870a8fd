import NIOCore
import Recorder
import TestSupport
import Testing

@testable import ProxyRuntime

struct LimitsFuzzTests {
    private static let now = Timestamp(microseconds: 1_795_168_800_000_000)
    private static let prefixes = [
        "anthropic-ratelimit-unified-", "anthropic-ratelimit-", "x-ratelimit-", "",
        "Anthropic-RateLimit-Unified-",
    ]
    private static let names = [
        "status", "reset", "5h-status", "5h-reset", "5h-utilization", "7d-status", "7d-reset",
        "7d_oi-status",
        "7d_oi-reset", "-status", "-reset", "overage-status", "overage-in-use",
        "overage-disabled-reason", "fallback",
        "fallback-percentage", "representative-claim", "requests-limit", "requests-remaining",
        "tokens-reset",
        "retry-after", "retry-after-ms", "x-should-retry", "é-status", "limit", "remaining",
    ]
    private static let values = [
        "allowed", "rejected", "blocked", "", "0", "0.5", "1.0", "-1", "nan", "inf", "true", "false",
        "five_hour",
        "out_of_credits", "1795168801", "1795860000", "1795168800", "1795168800001", "691199.999999",
        "99999999999999999",
        "2026-11-20T10:00:07Z", "2026-11-28T10:00:00Z", "Sun, 22 Nov 2026 10:00:00 GMT",
        "Sunday, 22-Nov-26 10:00:00 GMT",
        "Sun Nov 22 10:00:00 2026", "\u{0}", "ü", "1e300",
    ]
    private static let alphabet =
        Array("0123456789.-:,TZ eE+rejctd{}[]\"\\nu".utf8) + [0x00, 0x7F, 0x80, 0xC3, 0xFF]

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    /// Whatever stood in the headers, this holds of what is made of them.
    private func expectSane(
        _ report: RateLimitReport,
        at now: Timestamp,
        _ source: @autoclosure () -> String
    ) {
        let limit = now.advanced(byMicroseconds: 8 * 86_400_000_000)
        let resets =
            report.windows.map(\.reset) + report.buckets.map(\.reset) + [
                report.reset, report.rejection()?.until,
            ]
        #expect(resets.compactMap { $0 }.allSatisfy { $0 > now && $0 <= limit }, "\(source())")
        #expect(report.retryAfter.map { (1...2_678_400_000_000).contains($0) } ?? true, "\(source())")
        #expect(report.windows.count <= 16 && report.buckets.count <= 16, "\(source())")
        #expect(Set(report.windows.map(\.name)).count == report.windows.count, "\(source())")
        let shares = report.windows.map(\.utilization) + [report.fallbackPercentage]
        #expect(shares.compactMap { $0 }.allSatisfy { $0 >= 0 && $0.isFinite }, "\(source())")
        let counts = report.buckets.flatMap { [$0.limit, $0.remaining] }
        #expect(counts.compactMap { $0 }.allSatisfy { $0 >= 0 }, "\(source())")
        var texts: [String?] = [report.status, report.claim, report.overageDisabledReason]
        texts += report.windows.flatMap { [$0.name, $0.status] } + report.buckets.map(\.name)
        #expect(
            texts.compactMap { $0 }.allSatisfy { text in
                (1...64).contains(text.utf8.count) && text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
            },
            "\(source())"
        )
        #expect(report.hasRetryAfter || report.retryAfter == nil, "\(source())")
    }

    @Test("no header set brings the reader down or makes it say what can't be")
    func randomSets() {
        var random = SeededGenerator(seed: 11)
        for _ in 0..<3000 {
            var fields: [HeaderField] = []
            for _ in 0..<Int.random(in: 0...24, using: &random) {
                var name =
                    (Self.prefixes.randomElement(using: &random) ?? "")
                    + (Self.names.randomElement(using: &random) ?? "")
                var value = Self.values.randomElement(using: &random) ?? ""
                if Int.random(in: 0..<4, using: &random) == 0 {
                    name = Self.text(random.mutate(Array(name.utf8), alphabet: Self.alphabet))
                }
                if Int.random(in: 0..<3, using: &random) == 0 {
                    value = Self.text(random.mutate(Array(value.utf8), alphabet: Self.alphabet))
                }
                fields.append(HeaderField(name, value))
            }
            let report = RateLimitReport(fields, at: Self.now)
            expectSane(report, at: Self.now, "\(fields)")
        }
    }

    @Test("recorded headers with flipped bytes say nothing that can't be, as fields and as a head")
    func flippedBytes() {
        var random = SeededGenerator(seed: 12)
        let time = Timestamp(microseconds: 1_785_684_988_000_000)
        let sets = [RecordedHeaders.ordinary, RecordedHeaders.familySpent].map { fields in
            fields.map { "\($0.name): \($0.value)\r\n" }.joined()
        }
        var heads = 0
        for round in 0..<3000 {
            var bytes = Array("HTTP/1.1 429 X\r\n\(sets[round % 2])\r\n".utf8)
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let place = Int.random(in: 16..<bytes.count - 2, using: &random)
                bytes[place] ^= UInt8(1) << UInt8.random(in: 0..<8, using: &random)
            }
            // What the parser refuses never comes this far.
            guard let head = try? head(String(decoding: bytes, as: UTF8.self), isRequest: false) else {
                continue
            }
            heads += 1
            let report = RateLimitReport(head, at: time)
            expectSane(report, at: time, Self.text(bytes))
            let fields = head.lines.map { HeaderField(head.text($0.name), head.text($0.value)) }
            #expect(RateLimitReport(fields, at: time) == report, "\(Self.text(bytes))")
        }
        #expect(heads > 1000)
    }

    @Test("no text brings the readers of times down, whatever the clock says")
    func times() {
        var random = SeededGenerator(seed: 13)
        let messages = [
            "You will regain access on 2026-12-01 at 00:00 UTC.", "on 2026-12-01T07:30:05.25+01:00.",
        ]
        let clocks: [Int64] = [.min, -1, 0, 1, 253_402_300_799_000_000, .max]
        for round in 0..<20_000 {
            let seeds = Self.values + messages
            let text = Self.text(
                random.mutate(Array(seeds[round % seeds.count].utf8), alphabet: Self.alphabet)
            )
            let isOdd = Int.random(in: 0..<4, using: &random) == 0
            let now =
                isOdd ? Timestamp(microseconds: clocks.randomElement(using: &random) ?? 0) : Self.now
            if let time = ResetTime.parse(text, at: now) {
                #expect(time > now && time <= now.advanced(byMicroseconds: 8 * 86_400_000_000), "\(text)")
            }
            if let time = SpendCapDate.parse(text, at: now) {
                #expect(time > now && time <= now.advanced(byMicroseconds: 62 * 86_400_000_000), "\(text)")
            }
            for span in [ResetTime.span(text, at: now), ResetTime.span(milliseconds: text)] {
                #expect(span.map { (1...2_678_400_000_000).contains($0) } ?? true, "\(text)")
            }
        }
    }

    @Test("no body brings the reader down, and only an error's own type counts")
    func bodies() {
        var random = SeededGenerator(seed: 14)
        let seed =
            #"{"type":"error","error":{"type":"rate_limit_error","message":"You have reached your specified API usage limits until 2026-12-01","details":{"error_code":"ramp_limit_exceeded"}},"request_id":"req_1"}"#
        var previous = Array(seed.utf8)
        for round in 0..<5000 {
            let body = random.mutate(
                round % 8 == 0 ? Array(seed.utf8) : previous,
                alphabet: Self.alphabet
            )
            previous = body
            let status = Int.random(in: 100...999, using: &random)
            let outcome = AttemptOutcome(
                status: status,
                limits: RateLimitReport(),
                body: body,
                at: Self.now
            )
            #expect(outcome.status == status)
            // Nothing in here can become an overload, a quota, or an account's end but by its status.
            #expect((outcome.kind == .overloaded) == (status == 529), "\(Self.text(body))")
            #expect((outcome.kind == .auth) == (status == 401 || status == 403))
            #expect(outcome.kind != .accountQuota && outcome.kind != .modelQuota)
            #expect((outcome.kind == .success) == (status < 400))
            if outcome.kind == .spendCap { #expect([400, 402, 429].contains(status)) }
            if let until = outcome.spendCapUntil { #expect(until > Self.now) }
            let event = AttemptOutcome(
                firstEventError: body,
                status: 200,
                limits: RateLimitReport(),
                at: Self.now
            )
            #expect(event.kind != .entitlement && event.kind != .success)
        }
    }
}
