import Replayer
import Testing

struct ReplaySpeedTests {
    @Test(
        "a speed scales recorded time",
        arguments: [
            ("orig", 5_000_000, 5_000_000), ("max", 5_000_000, 0), ("10x", 5_000_000, 500_000),
            ("2.5x", 5_000_000, 2_000_000), ("0.5x", 5_000_000, 10_000_000), ("0.001x", 1, 1000),
            ("1000000x", 1_000_000, 1), ("1x", 7, 7),
        ] as [(String, Int64, Int64)]
    )
    func aSpeedScalesRecordedTime(text: String, span: Int64, expected: Int64) throws {
        #expect(try #require(ReplaySpeed(text)).scaled(span) == expected)
    }

    @Test(
        "what is no speed is refused",
        arguments: [
            "", "x", "10", "0x", "-1x", "1.x", ".5x", "1.2345x", "1,5x", "fast", "10X", "99999999x", "+1x", "1 x",
        ]
    )
    func whatIsNoSpeedIsRefused(text: String) {
        #expect(ReplaySpeed(text) == nil)
    }
}
