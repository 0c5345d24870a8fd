import Recorder
import TestSupport
import Testing

@testable import Inspector

struct TimeExpressionTests {
    /// 2026-11-20T10:00:00Z, at a place one hour ahead of UTC.
    private let expression = TimeExpression(
        now: Timestamp(microseconds: SampleExchange.tenOClock),
        zone: LocalZone { _ in 3600 }
    )

    @Test(
        "an instant can be written in many ways",
        arguments: [
            ("2026-11-20T09:30:00Z", "2026-11-20T09:30:00.000000Z"),
            ("2026-11-20T09:30:00.25+02:00", "2026-11-20T07:30:00.250000Z"),
            ("2026-11-20", "2026-11-19T23:00:00.000000Z"),
            ("2026-11-20T08:00", "2026-11-20T07:00:00.000000Z"),
            ("2026-11-20 08:00:30", "2026-11-20T07:00:30.000000Z"),
            ("09:15", "2026-11-20T08:15:00.000000Z"),
            ("11:00:00", "2026-11-20T10:00:00.000000Z"),
            ("11:01", "2026-11-19T10:01:00.000000Z"),
            ("30m", "2026-11-20T09:30:00.000000Z"),
            ("2h", "2026-11-20T08:00:00.000000Z"),
            ("1h30m", "2026-11-20T08:30:00.000000Z"),
            ("7d", "2026-11-13T10:00:00.000000Z"),
            ("1w", "2026-11-13T10:00:00.000000Z"),
            ("90s", "2026-11-20T09:58:30.000000Z"),
        ]
    )
    func since(text: String, instant: String) {
        #expect(expression.instant(text, .since)?.description == instant)
    }

    @Test(
        "the end of a span of time lies at its end",
        arguments: [
            ("2026-11-20", "2026-11-20T22:59:59.999999Z"),
            ("18:00", "2026-11-20T17:00:00.000000Z"),
            ("2h", "2026-11-20T08:00:00.000000Z"),
            ("2026-11-20T09:30:00Z", "2026-11-20T09:30:00.000000Z"),
        ]
    )
    func until(text: String, instant: String) {
        #expect(expression.instant(text, .until)?.description == instant)
    }

    @Test(
        "anything else is refused",
        arguments: [
            "", "h", "2", "2x", "-2h", "yesterday", "2026-02-30", "2026-13-01", "24:00", "10:60", "1:00", "10",
            "2026-11-20T", "2026-11-20T25:00", "99999999d", "٣h", "10:00Z",
        ]
    )
    func nonsense(text: String) {
        #expect(expression.instant(text, .since) == nil)
        #expect(expression.instant(text, .until) == nil)
    }

    @Test("no text brings it down")
    func fuzz() {
        var generator = SeededGenerator(seed: 11)
        let alphabet = Array("0123456789-:TZ.+ hmdws٣é")
        for _ in 0..<20_000 {
            let length = Int.random(in: 0..<24, using: &generator)
            let text = String((0..<length).map { _ in alphabet.randomElement(using: &generator) ?? "0" })
            _ = expression.instant(text, .since)
            _ = expression.instant(text, .until)
        }
    }

    @Test("local clocks are read right on both sides of their change")
    func change() {
        // Central Europe, 2026-10-25: at 01:00Z clocks go back from +2 to +1.
        let change: Int64 = 1_792_890_000
        let zone = LocalZone { $0 < change ? 7200 : 3600 }
        #expect(zone.text(Timestamp(microseconds: (change - 1) * 1_000_000)) == "2026-10-25 02:59:59")
        #expect(zone.text(Timestamp(microseconds: change * 1_000_000)) == "2026-10-25 02:00:00")
        let expression = TimeExpression(now: Timestamp(microseconds: SampleExchange.tenOClock), zone: zone)
        #expect(expression.instant("2026-10-25T01:30", .since)?.description == "2026-10-24T23:30:00.000000Z")
        #expect(expression.instant("2026-10-25T04:00", .since)?.description == "2026-10-25T03:00:00.000000Z")
    }
}
