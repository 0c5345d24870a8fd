import Recorder
import Testing

@testable import ProxyRuntime

/// 2026-11-20T10:00:00Z.
private let now = Timestamp(microseconds: 1_795_168_800_000_000)

@Suite("HTTP dates")
struct HTTPDateTests {
    /// The moment of RFC 9110's examples.
    private let example = Timestamp(microseconds: 784_111_777_000_000)

    @Test(
        "the three forms of RFC 9110 are the same moment",
        arguments: [
            "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
        ]
    )
    func readsExamples(text: String) {
        #expect(HTTPDate.parse(text, at: now) == example)
    }

    @Test(
        "a year of two digits is at most fifty years ahead",
        arguments: [
            ("Friday, 20-Nov-26 10:00:00 GMT", "2026-11-20T10:00:00.000000Z"),
            ("Friday, 20-Nov-00 10:00:00 GMT", "2000-11-20T10:00:00.000000Z"),
            ("Friday, 20-Nov-75 10:00:00 GMT", "2075-11-20T10:00:00.000000Z"),
            ("Friday, 20-Nov-76 10:00:00 GMT", "2076-11-20T10:00:00.000000Z"),
            ("Friday, 20-Nov-77 10:00:00 GMT", "1977-11-20T10:00:00.000000Z"),
        ]
    )
    func readsTwoDigits(text: String, date: String) {
        #expect(HTTPDate.parse(text, at: now)?.description == date)
    }

    @Test("a year of two digits may lie in the next century")
    func readsNextCentury() throws {
        let eve = try #require(Timestamp(rfc3339: "2099-12-31T23:59:00Z"))
        #expect(
            HTTPDate.parse("Friday, 01-Jan-00 00:01:00 GMT", at: eve)?.description == "2100-01-01T00:01:00.000000Z"
        )
    }

    @Test(
        "what only looks like a date is refused",
        arguments: [
            "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 94 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37",
            "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 nov 1994 08:49:37 GMT", "sun, 06 Nov 1994 08:49:37 GMT",
            "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:49:37.5 GMT",
            "Sun,  06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49 GMT", "Day, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-1994 08:49:37 GMT", "Sunday, 06-Nov-9x 08:49:37 GMT", "Sunday, 06-Nov 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT x", "Sun, 06-Nov-94 08:49:37 GMT",
            "Sun Nov 6 08:49:37 1994", "Sun Nov  16 08:49:37 1994", "Sun Nov  6 08:49:37 94",
            "Sun Nov  6 08:49:37 1994 GMT", "", ",", " ", "Sun", "Sun,", "Sunday,",
        ]
    )
    func refuses(text: String) {
        #expect(HTTPDate.parse(text, at: now) == nil)
    }
}
