import Recorder
import Testing

@Suite
struct ExchangeIDTests {
    @Test("the layout is that of a UUID of version 7")
    func theLayoutIsThatOfAUuidOf() throws {
        // RFC 9562 appendix A.6 has this instant, 2022-02-22T14:22:22-05:00, as 017F22E279B0.
        let time = try #require(Timestamp(rfc3339: "2022-02-22T14:22:22.000000-05:00"))
        let id = ExchangeID(time: time, random: 0x18C4_DC0C_0C07_398F)
        #expect(id.description == "017f22e2-79b0-7000-98c4-dc0c0c07398f")
    }

    @Test("version and variant stand whatever the random bits")
    func versionAndVariantStandWhateverTheRandomBits() {
        for random in [0, UInt64.max, 0x5555_5555_5555_5555] {
            let id = ExchangeID(time: Timestamp(microseconds: 1_795_168_800_123_999), random: random)
            #expect(id.high >> 12 & 0xF == 7)
            #expect(id.low >> 62 == 0b10)
            #expect(id.low & 0x3FFF_FFFF_FFFF_FFFF == random & 0x3FFF_FFFF_FFFF_FFFF)
        }
    }

    @Test("later microseconds give greater ids, whatever the random bits")
    func laterMicrosecondsGiveGreaterIdsWhateverTheRandom() {
        var last = ExchangeID(time: Timestamp(microseconds: 1_795_168_799_999_999), random: .max)
        for microsecond in 0..<2500 as Range<Int64> {
            let time = Timestamp(microseconds: 1_795_168_800_000_000 + microsecond)
            let id = ExchangeID(time: time, random: microsecond % 2 == 0 ? 0 : .max)
            #expect(last < id)
            #expect(last.description < id.description)
            last = id
        }
    }

    @Test(
        "the canonical form is read in either case and written in lower case",
        arguments: [
            "0199f3c2-1d2e-7abc-8def-0123456789ab", "00000000-0000-0000-0000-000000000000",
            "ffffffff-ffff-ffff-ffff-ffffffffffff",
        ]
    )
    func theCanonicalFormIsReadInEitherCase(text: String) {
        #expect(ExchangeID(text)?.description == text)
        #expect(ExchangeID(text.uppercased())?.description == text)
    }

    @Test(
        "any other text is nil",
        arguments: [
            "", "0199f3c2", "0199f3c21d2e7abc8def0123456789ab", "0199f3c2-1d2e-7abc-8def-0123456789a",
            "0199f3c2-1d2e-7abc-8def-0123456789abc", "0199f3c2-1d2e-7abc-8def-0123456789ag",
            "{0199f3c2-1d2e-7abc-8def-0123456789ab}", "0199f3c2-1d2e-7abc-8def_0123456789ab",
            "0199f3c21-d2e-7abc-8def-0123456789ab", "0199f3c2-1d2e-7abc-8def-01234567８9ab",
            " 199f3c2-1d2e-7abc-8def-0123456789ab",
        ]
    )
    func anyOtherTextIsNil(text: String) {
        #expect(ExchangeID(text) == nil)
    }

    @Test("the halves are the big-endian bytes")
    func theHalvesAreTheBigEndianBytes() {
        let id = ExchangeID(high: 0x0199_F3C2_1D2E_7ABC, low: 0x8DEF_0123_4567_89AB)
        #expect(id.description == "0199f3c2-1d2e-7abc-8def-0123456789ab")
    }
}
