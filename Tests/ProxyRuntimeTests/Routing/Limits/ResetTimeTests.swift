import Recorder
import Testing

@testable import ProxyRuntime

/// 2026-11-20T10:00:00Z, 1795168800 seconds after the epoch; a Friday.
private let now = Timestamp(microseconds: 1_795_168_800_000_000)
private let second: Int64 = 1_000_000

@Suite("Reset times")
struct ResetTimeTests {
    @Test(
        "a reset is read in every form",
        arguments: [
            // Seconds since the epoch.
            ("1795168801", second),
            ("1795168800.5", second / 2),
            ("1795168800.123456789", 123_456),
            ("1795173780", 4980 * second),
            ("1795860000", 8 * 86_400 * second),
            // Milliseconds since the epoch.
            ("1795168800001", 1000),
            ("1795168801000.25", second + 250),
            // Seconds from now.
            ("1", second),
            ("0.25", second / 4),
            ("007", 7 * second),
            ("691199", 691_199 * second),
            ("691199.999999", 691_200 * second - 1),
            // RFC 3339.
            ("2026-11-20T10:00:07Z", 7 * second),
            ("2026-11-20T11:00:00.5+00:30", 1800 * second + second / 2),
            ("2026-11-28T10:00:00Z", 8 * 86_400 * second),
            // HTTP dates.
            ("Sun, 22 Nov 2026 10:00:00 GMT", 2 * 86_400 * second),
            ("Sunday, 22-Nov-26 10:00:00 GMT", 2 * 86_400 * second),
            ("Sun Nov 22 10:00:00 2026", 2 * 86_400 * second),
        ] as [(String, Int64)]
    )
    func readsReset(text: String, offset: Int64) {
        #expect(ResetTime.parse(text, at: now) == Timestamp(microseconds: now.microseconds + offset))
    }

    @Test(
        "a reset that is past, too far away or no time is refused",
        arguments: [
            // Not after now.
            "0", "0.0", "0.0000001", "1795168800", "1795168800.0", "1795168799", "784111777", "1795168800000",
            "2026-11-20T10:00:00Z", "2025-08-21T12:40:59Z", "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            // More than eight days away.
            "1795860001", "1795860000.000001", "1795860000001", "2026-11-28T10:00:00.000001Z", "9999-12-31T23:59:59Z",
            "Sat, 28 Nov 2026 10:00:01 GMT", "99999999999", "999999999999999",
            // Too big for a wait, too small for a time.
            "691200", "1000000000",
            // No time.
            "", " ", "nan", "NaN", "inf", "Infinity", "-1", "+5", "-0", "1e3", "0x10", "1,5", "1.", ".5", "1.2.3",
            "1 2", " 5", "5s", "soon", "١٢", "2026-11-21", "2026-02-30T00:00:00Z", "2026-11-20T24:00:00Z",
            "2026-11-20T10:00:07", "tomorrow", "9223372036854775807", "9999999999999999",
        ]
    )
    func refusesReset(text: String) {
        #expect(ResetTime.parse(text, at: now) == nil)
    }

    @Test(
        "a wait is read in every form",
        arguments: [
            ("1", second), ("4980", 4980 * second), ("0.5", second / 2), ("0.000001", 1), ("13262", 13_262 * second),
            ("2678400", 31 * 86_400 * second),
            ("Fri, 20 Nov 2026 10:00:10 GMT", 10 * second),
            ("2026-12-21T10:00:00Z", 31 * 86_400 * second),
        ] as [(String, Int64)]
    )
    func readsSpan(text: String, span: Int64) {
        #expect(ResetTime.span(text, at: now) == span)
    }

    @Test(
        "a wait of nothing, into the past, of more than 31 days or without number is refused",
        arguments: [
            "0", "0.0", "0.0000009", "-1", "nan", "inf", "", "1e3", "2678401", "2678400.000001", "1795168900",
            "999999999999999", "2026-12-21T10:00:01Z", "2026-11-20T10:00:00Z", "Fri, 20 Nov 2026 09:59:59 GMT",
            "Fri, 20 Nov 2026 10:00:10 CET",
        ]
    )
    func refusesSpan(text: String) {
        #expect(ResetTime.span(text, at: now) == nil)
    }

    @Test("a wait in milliseconds is read, and refused by the same rules")
    func readsMilliseconds() {
        #expect(ResetTime.span(milliseconds: "10") == 10_000)
        #expect(ResetTime.span(milliseconds: "0.5") == 500)
        #expect(ResetTime.span(milliseconds: "2678400000") == 31 * 86_400 * second)
        for text in ["0", "0.0001", "2678400001", "-1", "nan", "", "Fri, 20 Nov 2026 10:00:10 GMT"] {
            #expect(ResetTime.span(milliseconds: text) == nil, "\(text)")
        }
    }

    @Test("times at the ends of what can be counted are no trap")
    func isSafeAtTheEnds() {
        for edge in [Timestamp(microseconds: .max), Timestamp(microseconds: .min), Timestamp(microseconds: 0)] {
            for text in [
                "1", "691199", "1795168801", "999999999999999", "9999-12-31T23:59:59Z", "0000-01-01T00:00:00Z",
            ] {
                if let time = ResetTime.parse(text, at: edge) { #expect(time > edge) }
                if let span = ResetTime.span(text, at: edge) { #expect(span > 0) }
            }
        }
    }
}
