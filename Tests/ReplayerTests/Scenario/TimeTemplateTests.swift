import Recorder
import Testing

@testable import Replayer

struct TimeTemplateTests {
    /// 2026-11-20T10:00:00Z, a Friday; `date -u -d 2026-11-20T10:00 +%s` says 1795168800.
    private static let now = Timestamp(microseconds: 1_795_168_800_900_000)

    @Test(
        "times are filled in, and what is none is refused",
        arguments: [
            ("plain {text} here", "plain {text} here"),
            ("{now}", "1795168800"),
            ("{now+5h}", "1795186800"),
            ("{now-1d}", "1795082400"),
            ("{now+7s:rfc3339}", "2026-11-20T10:00:07Z"),
            ("{now+10m:http}", "Fri, 20 Nov 2026 10:10:00 GMT"),
            ("a {now:rfc3339} b {now+2d:http}", "a 2026-11-20T10:00:00Z b Sun, 22 Nov 2026 10:00:00 GMT"),
            ("{now+5}", nil), ("{now+5y}", nil), ("{now5h}", nil), ("{now+h}", nil), ("{now+1h:iso}", nil),
            ("{now+5h", nil), ("{now+12345678s}", nil), ("{now+9999999s}", "1805168799"), ("{now+٣s}", nil),
        ] as [(String, String?)]
    )
    func fillsTimes(value: String, expected: String?) {
        #expect(TimeTemplate.fill(value, now: Self.now) == expected)
    }
}
