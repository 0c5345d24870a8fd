import Recorder
import Testing

struct RetentionPolicyTests {
    private static let day: Int64 = 86_400_000_000

    private static func candidate(_ name: String, _ bytes: Int, day: Int64) -> RetentionPolicy.Candidate {
        RetentionPolicy.Candidate(name: name, bytes: bytes, until: Timestamp(microseconds: day * Self.day))
    }

    private static let three = [candidate("c", 30, day: 12), candidate("a", 10, day: 2), candidate("b", 20, day: 9)]

    @Test(
        "what is too old goes, then the oldest until the rest is small enough",
        arguments: [
            (nil, nil, []),
            (7, nil, ["a:age"]),
            (1, nil, ["a:age", "b:age"]),
            (nil, 60, []),
            (nil, 59, ["a:size"]),
            (nil, 49, ["a:size", "b:size"]),
            (nil, 0, ["a:size", "b:size", "c:size"]),
            (7, 50, ["a:age"]),
            (7, 49, ["a:age", "b:size"]),
        ] as [(Int?, Int?, [String])]
    )
    func whatIsTooOldGoes(days: Int?, bytes: Int?, expected: [String]) {
        let policy = RetentionPolicy(days: days, bytes: bytes)
        let now = Timestamp(microseconds: 12 * Self.day + 1)
        let deletions = policy.deletions(of: Self.three, now: now)
        #expect(deletions.map { "\($0.candidate.name):\($0.reason.rawValue)" } == expected)
    }

    @Test("a bundle is kept on its last day and deleted after it")
    func aBundleIsKeptOnItsLastDay() {
        let policy = RetentionPolicy(days: 7)
        let bundle = [Self.candidate("a", 1, day: 3)]
        #expect(policy.deletions(of: bundle, now: Timestamp(microseconds: 10 * Self.day)).isEmpty)
        #expect(policy.deletions(of: bundle, now: Timestamp(microseconds: 10 * Self.day + 1)).count == 1)
    }
}
