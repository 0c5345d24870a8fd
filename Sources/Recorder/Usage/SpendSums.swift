/// Tokens and costs of many exchanges, added up without ever overflowing.
package struct SpendSums: Hashable, Sendable {
    /// The kinds of tokens, in the order of `tokens`.
    static let kinds: [any KeyPath<TokenUsage, Int?> & Sendable] = [
        \.input, \.output, \.cacheRead, \.cacheWrite5m, \.cacheWrite1h,
    ]

    /// Sums by kind; `nil` where no exchange reported any.
    private var tokens: [Int128?]
    private var cost: Int128 = 0
    /// Exchanges that cost something, but nobody knows what: the model has no known price, or the tokens were not seen.
    package private(set) var unpriced = 0

    /// The sums of no exchange.
    package init() {
        tokens = Array(repeating: nil, count: SpendSums.kinds.count)
    }

    /// Takes sums that were made elsewhere.
    init(tokens: [Int128?], cost: Int128, unpriced: Int) {
        self.tokens = tokens
        self.cost = cost
        self.unpriced = unpriced
    }

    /// Adds an exchange, unless it is a replay, which is no spend.
    package mutating func add(_ summary: ExchangeSummary) {
        guard summary.replayOf == nil else { return }
        if let usage = summary.tokens {
            for (index, kind) in SpendSums.kinds.enumerated() {
                if let count = usage[keyPath: kind] { add(Int128(count), at: index) }
            }
        }
        if let picodollars = summary.costPicodollars {
            cost += Int128(picodollars)
        } else if summary.tokens != nil || summary.kind == .success && SpendSums.isBilled(summary.path) {
            unpriced += 1
        }
    }

    /// The ends of paths whose answers cost tokens: of the Messages API and of Bedrock.
    static let billedPaths = ["/messages", "/invoke", "/invoke-with-response-stream"]

    private static func isBilled(_ path: String) -> Bool {
        billedPaths.contains { path.utf8.suffix($0.utf8.count).elementsEqual($0.utf8) }
    }

    /// Adds other sums.
    package mutating func add(_ other: SpendSums) {
        for (index, sum) in other.tokens.enumerated() {
            if let sum { add(sum, at: index) }
        }
        cost += other.cost
        unpriced += other.unpriced
    }

    private mutating func add(_ count: Int128, at index: Int) {
        tokens[index] = (tokens[index] ?? 0) + count
    }

    /// All tokens by kind; `nil` when no exchange reported any.
    package var usage: TokenUsage? {
        guard tokens.contains(where: { $0 != nil }) else { return nil }
        let counts = tokens.map { $0.map { Int(clamping: $0) } }
        return TokenUsage(
            input: counts[0],
            output: counts[1],
            cacheRead: counts[2],
            cacheWrite5m: counts[3],
            cacheWrite1h: counts[4]
        )
    }

    /// What all of it cost, in pico-dollars; `nil` when the price of anything is unknown.
    package var costPicodollars: Int64? { unpriced > 0 ? nil : Int64(clamping: cost) }
}
