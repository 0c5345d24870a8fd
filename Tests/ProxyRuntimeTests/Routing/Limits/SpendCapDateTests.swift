import Recorder
import Testing

@testable import ProxyRuntime

/// 2026-11-20T10:00:00Z.
private let now = Timestamp(microseconds: 1_795_168_800_000_000)

@Suite("Dates of spend caps")
struct SpendCapDateTests {
    @Test(
        "the date in the message is found",
        arguments: [
            (
                "You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.",
                "2026-12-01T00:00:00.000000Z"
            ),
            ("You will regain access on 2026-12-01.", "2026-12-01T00:00:00.000000Z"),
            ("access on 2026-12-01", "2026-12-01T00:00:00.000000Z"),
            ("(2026-12-01)", "2026-12-01T00:00:00.000000Z"),
            ("on 2026-12-01 at 07:30 UTC", "2026-12-01T07:30:00.000000Z"),
            ("on 2026-12-01 at 07:30:05 GMT.", "2026-12-01T07:30:05.000000Z"),
            ("on 2026-12-01 07:30 UTC", "2026-12-01T07:30:00.000000Z"),
            ("on 2026-12-01 at 07:30.", "2026-12-01T07:30:00.000000Z"),
            ("on 2026-12-01T07:30:05Z.", "2026-12-01T07:30:05.000000Z"),
            ("on 2026-12-01T07:30:05.25+01:00.", "2026-12-01T06:30:05.250000Z"),
            ("on 2026-11-20 at 10:00:01 UTC", "2026-11-20T10:00:01.000000Z"),
            // An unknown zone and an hour that does not exist leave the day.
            ("on 2026-12-01 at 07:30 CET", "2026-12-01T00:00:00.000000Z"),
            ("on 2026-12-01 at 25:00 UTC", "2026-12-01T00:00:00.000000Z"),
            // Of two dates the one that is to come.
            ("Since 2026-11-01 you have spent all; access on 2026-12-01.", "2026-12-01T00:00:00.000000Z"),
            ("2027-01-21 at 10:00 UTC", "2027-01-21T10:00:00.000000Z"),
        ]
    )
    func finds(message: String, date: String) {
        #expect(SpendCapDate.parse(message, at: now)?.description == date)
    }

    @Test(
        "a message without a date to come has none",
        arguments: [
            "", "You have reached your specified API usage limits.", "on 2026-11-20 at 10:00 UTC", "on 2026-11-20",
            "on 2025-12-01 at 00:00 UTC", "on 2027-01-22", "2027-01-21 at 10:01 UTC", "on 2026-13-01", "on 2026-02-30",
            "on 12026-12-01", "on 2026-12-011", "on 1-2026-12-01", "on 2026-12-01-", "on 2026-12-0", "on 01/12/2026",
            "2026–12–01", "req_2026-1-01",
        ]
    )
    func findsNone(message: String) {
        #expect(SpendCapDate.parse(message, at: now) == nil)
    }

    @Test("only the start of a long message is read")
    func readsStart() {
        let date = "2026-12-01"
        #expect(SpendCapDate.parse(String(repeating: " ", count: 1014) + date, at: now) != nil)
        #expect(SpendCapDate.parse(String(repeating: " ", count: 1015) + date, at: now) == nil)
    }
}
