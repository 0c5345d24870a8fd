import Recorder

/// A token bucket for requests: as many at once as a minute has, refilled evenly.
///
/// Whole numbers only: a request weighs a minute's microseconds, and each microsecond adds as much as the limit says.
struct RequestBucket {
    private static let request: Int64 = 60_000_000

    /// Requests per minute.
    var requestsPerMinute: Int { Int(limit) }

    private let limit: Int64
    private var level: Int64
    private var filledAt: Timestamp

    /// Makes a full bucket.
    init(requestsPerMinute limit: Int, at now: Timestamp) {
        self.limit = Int64(limit)
        level = Int64(limit) * RequestBucket.request
        filledAt = now
    }

    /// Takes one request out.
    ///
    /// - Returns: `nil` when it was there, else the seconds until it will be.
    mutating func take(at now: Timestamp) -> Int? {
        // After a minute it is full. A clock that was set back must not stop the refill.
        let passed = min(max(now.microseconds - filledAt.microseconds, 0), RequestBucket.request)
        level = min(level + passed * limit, limit * RequestBucket.request)
        filledAt = now
        guard level < RequestBucket.request else {
            level -= RequestBucket.request
            return nil
        }
        let second = limit * 1_000_000
        return Int((RequestBucket.request - level + second - 1) / second)
    }
}
