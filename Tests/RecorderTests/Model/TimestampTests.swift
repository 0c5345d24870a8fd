import Recorder
import Testing

@Suite
struct TimestampTests {
    @Test(
        "a text and its instant",
        arguments: [
            ("1970-01-01T00:00:00.000000Z", 0),
            ("1969-12-31T23:59:59.999999Z", -1),
            ("2026-11-20T10:00:00.123456Z", 1_795_168_800_123_456),
            ("2000-02-29T12:30:45.678901Z", 951_827_445_678_901),
            ("2024-02-29T23:59:59.999999Z", 1_709_251_199_999_999),
            ("1600-02-29T00:00:00.000000Z", -11_670_998_400_000_000),
            ("2100-03-01T00:00:00.000000Z", 4_107_542_400_000_000),
            ("1900-03-01T00:00:00.000000Z", -2_203_891_200_000_000),
            ("0001-01-01T00:00:00.000000Z", -62_135_596_800_000_000),
            ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999),
        ] as [(String, Int64)]
    )
    func aTextAndItsInstant(text: String, microseconds: Int64) {
        #expect(Timestamp(rfc3339: text)?.microseconds == microseconds)
        #expect(Timestamp(microseconds: microseconds).description == text)
    }

    @Test(
        "the other forms of RFC 3339",
        arguments: [
            ("2026-11-20T10:00:00Z", 1_795_168_800_000_000),
            ("2026-11-20t10:00:00z", 1_795_168_800_000_000),
            ("2026-11-20 10:00:00Z", 1_795_168_800_000_000),
            ("2026-11-20T12:00:00+02:00", 1_795_168_800_000_000),
            ("2026-11-20T04:30:00-05:30", 1_795_168_800_000_000),
            ("2026-11-19T23:00:00-11:00", 1_795_168_800_000_000),
            ("2026-11-20T10:00:00.1Z", 1_795_168_800_100_000),
            ("2026-11-20T10:00:00.000001Z", 1_795_168_800_000_001),
            ("2026-11-20T10:00:00.123456789Z", 1_795_168_800_123_456),
            ("2016-12-31T23:59:60Z", 1_483_228_800_000_000),
        ] as [(String, Int64)]
    )
    func theOtherFormsOfRfc3339(text: String, microseconds: Int64) {
        #expect(Timestamp(rfc3339: text)?.microseconds == microseconds)
    }

    @Test(
        "what is no instant is nil",
        arguments: [
            "", "2026-11-20", "2026-11-20T10:00:00", "2026-11-20T10:00:00.Z", "2026-11-20T10:00:00.1234567890Z",
            "2026-11-20T24:00:00Z", "2026-11-20T10:60:00Z", "2026-11-20T10:00:61Z", "2026-11-20T10:00Z",
            "2026-13-20T10:00:00Z", "2026-00-20T10:00:00Z", "2026-11-31T10:00:00Z", "2026-11-00T10:00:00Z",
            "2025-02-29T10:00:00Z", "1900-02-29T10:00:00Z", "2100-02-29T10:00:00Z",
            "2026-11-20T10:00:00+2:00", "2026-11-20T10:00:00+02", "2026-11-20T10:00:00+24:00", "2026-11-20T10:00:00Z ",
            " 2026-11-20T10:00:00Z", "2026-11-20X10:00:00Z", "+026-11-20T10:00:00Z", "2026-1-020T10:00:00Z",
            "２026-11-20T10:00:00Z", "2026-11-20T10:00:00ZZ", "2026-11-20T10:00:00*02:00",
        ]
    )
    func whatIsNoInstantIsNil(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test("every text that was made is read back")
    func everyTextThatWasMadeIsReadBack() {
        var random = WireRandom(seed: 11)
        for _ in 0..<2000 {
            let instant = Timestamp(
                microseconds: Int64.random(in: -62_135_596_800_000_000...253_402_300_799_999_999, using: &random)
            )
            #expect(Timestamp(rfc3339: instant.description) == instant)
        }
    }

    @Test(
        "an absurd instant from a damaged record is printed, not fatal",
        arguments: [Int64.min, Int64.min + 1, Int64.max]
    )
    func anAbsurdInstantFromADamagedRecordIs(microseconds: Int64) {
        #expect(Timestamp(microseconds: microseconds).description.hasSuffix("Z"))
        _ = Timestamp(microseconds: microseconds).advanced(byMicroseconds: microseconds)
    }
}
