/// How alike a request and a recorded one are; docs/matching.md says what each rung ignores.
public enum MatchRung: String, Sendable, CaseIterable, Comparable {
    /// The same bytes, masked secrets and the ids of the user aside.
    case exact
    /// The same JSON: white space, order of keys, spelling of numbers, `metadata` and `cache_control` do not count.
    case normalised
    /// As well without ids, dates, sampling settings and white space at line ends.
    case minor
    /// The same last message to the same kind of model; what came before may differ.
    case major
    /// Something else.
    case unmatched

    /// Orders from alike to different.
    public static func < (left: MatchRung, right: MatchRung) -> Bool {
        left.place < right.place
    }

    private var place: Int { MatchRung.allCases.firstIndex(of: self) ?? 0 }
}
