/// Counts by name; names beyond a cap are counted together.
struct NameCounts: Sendable {
    private static let limit = 200
    private static let longest = 200

    private var counts: [String: Int] = [:]
    /// How often names beyond the cap came.
    private(set) var others = 0

    mutating func add(_ name: String?, _ count: Int = 1) {
        guard let name, !name.isEmpty else { return }
        let key = String(name.prefix(Self.longest))
        if counts[key] != nil || counts.count < Self.limit {
            counts[key] = (counts[key] ?? 0).adding(saturating: count)
        } else {
            others = others.adding(saturating: count)
        }
    }

    var isEmpty: Bool { counts.isEmpty }

    /// The most frequent ones first, then by name.
    var sorted: [(name: String, count: Int)] {
        counts.map { (name: $0.key, count: $0.value) }.sorted { ($1.count, $0.name) < ($0.count, $1.name) }
    }

    /// `a (3), b (1)`, at most so many of them.
    func list(_ limit: Int) -> String {
        let shown = sorted.prefix(limit).map { "\($0.name) (\($0.count))" }
        let rest = counts.count - shown.count
        return (shown + (rest > 0 || others > 0 ? ["and more"] : [])).joined(separator: ", ")
    }
}
