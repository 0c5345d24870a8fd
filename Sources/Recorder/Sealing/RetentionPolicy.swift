/// Which sealed bundles are deleted: those that are too old, then the oldest until the rest is small enough.
package struct RetentionPolicy: Hashable, Sendable {
    /// A bundle as far as it matters here.
    package struct Candidate: Hashable, Sendable {
        /// The file's name.
        package var name: String
        /// The file's length.
        package var bytes: Int
        /// What its age counts from: when its last exchange began, of an imported one when it was imported.
        package var until: Timestamp

        /// Makes a candidate.
        package init(name: String, bytes: Int, until: Timestamp) {
            self.name = name
            self.bytes = bytes
            self.until = until
        }
    }

    /// Why a bundle is deleted.
    package enum Reason: String, Sendable {
        case age, size
    }

    /// Bundles whose last exchange began so many days ago are deleted, and those imported so long ago; `nil` keeps them.
    package var days: Int? = 7
    /// The bytes that all bundles may have together; `nil` for any.
    package var bytes: Int?

    /// Makes the policy of the defaults.
    package init(days: Int? = 7, bytes: Int? = nil) {
        self.days = days
        self.bytes = bytes
    }

    /// The bundles to delete, the oldest first.
    package func deletions(of candidates: [Candidate], now: Timestamp) -> [(candidate: Candidate, reason: Reason)] {
        let oldestFirst = candidates.sorted { ($0.until, $0.name) < ($1.until, $1.name) }
        var deletions: [(candidate: Candidate, reason: Reason)] = []
        var left = candidates.reduce(0) { $0 + $1.bytes }
        for candidate in oldestFirst {
            let age = now.microseconds.subtractingReportingOverflow(candidate.until.microseconds).partialValue
            if let days, age > Int64(days) * 86_400_000_000 {
                deletions.append((candidate, .age))
            } else if let bytes, left > bytes {
                deletions.append((candidate, .size))
            } else {
                continue
            }
            left -= candidate.bytes
        }
        return deletions
    }
}
