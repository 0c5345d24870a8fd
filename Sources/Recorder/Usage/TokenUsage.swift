/// Tokens of one answer by kind, as the upstream reported them; `nil` is unknown, never zero.
package struct TokenUsage: Hashable, Sendable {
    /// Prompt tokens behind the last cache breakpoint.
    package var input: Int?
    /// Tokens produced.
    package var output: Int?
    /// Prompt tokens read from the cache.
    package var cacheRead: Int?
    /// Prompt tokens written to the cache for five minutes.
    package var cacheWrite5m: Int?
    /// Prompt tokens written to the cache for an hour.
    package var cacheWrite1h: Int?

    /// Makes a usage; what is not given is unknown.
    package init(
        input: Int? = nil,
        output: Int? = nil,
        cacheRead: Int? = nil,
        cacheWrite5m: Int? = nil,
        cacheWrite1h: Int? = nil
    ) {
        self.input = input
        self.output = output
        self.cacheRead = cacheRead
        self.cacheWrite5m = cacheWrite5m
        self.cacheWrite1h = cacheWrite1h
    }

    /// All kinds together, as far as they are known.
    package var total: Int {
        [input, output, cacheRead, cacheWrite5m, cacheWrite1h].reduce(0) { sum, count in
            let (next, isBeyond) = sum.addingReportingOverflow(count ?? 0)
            return isBeyond ? .max : next
        }
    }
}
