/// How requests were answered from a recording.
public struct ReplayCounts: Hashable, Sendable {
    /// Requests by the rung at which they were answered; `unmatched` got a miss.
    public var counts: [MatchRung: Int]
    /// Recorded answers that were never given.
    public var unused: Int

    /// Requests that nothing matched.
    public var unmatched: Int { counts[.unmatched] ?? 0 }

    /// The line for people and scripts: `exact=3 normalised=0 minor=0 major=0 unmatched=1 unused=2`.
    public var line: String {
        MatchRung.allCases.map { "\($0.rawValue)=\(counts[$0] ?? 0)" }.joined(separator: " ") + " unused=\(unused)"
    }
}
