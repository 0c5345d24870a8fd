/// What the answers of the first-party API cost.
///
/// Money is whole pico-dollars: one dollar per million tokens is a million pico-dollars a token, so nothing is rounded.
package enum PriceTable {
    /// The day the prices were gathered.
    package static let asOf = "2026-11-20"

    /// The price of one web search, 10 dollars per thousand.
    private static let webSearch: Int64 = 10_000_000_000

    private static let models: [String: ModelPrice] = {
        var models: [String: ModelPrice] = [:]
        for price in firstParty {
            for id in [price.id] + price.aliases { models[id] = price }
        }
        return models
    }()

    /// The cost of an answer.
    ///
    /// - Parameters:
    ///   - model: The model's id or an alias of it.
    ///   - usage: The tokens; input and output must be known, other kinds that are unknown count as none.
    ///   - billing: What else decides the price.
    ///   - time: When the request started; without it today's prices hold.
    /// - Returns: Pico-dollars; `nil` for a model, or a kind of tokens that was used, without a known price.
    package static func cost(
        model: String,
        usage: TokenUsage,
        billing: BillingFacts = BillingFacts(),
        at time: Timestamp? = nil
    ) -> Int64? {
        guard let price = models[model], let input = usage.input, let output = usage.output else { return nil }
        let write5m = Int64(usage.cacheWrite5m ?? 0)
        let write1h = Int64(usage.cacheWrite1h ?? 0)
        let read = Int64(usage.cacheRead ?? 0)
        guard let prompt = sum([Int64(input), write5m, write1h, read]),
            let rates = price.rates(promptTokens: prompt, at: time),
            let tokens = sum([
                product(Int64(input), rates.input), product(Int64(output), rates.output),
                product(write5m, rates.cacheWrite5m), product(write1h, rates.cacheWrite1h),
                product(read, rates.cacheRead),
            ]),
            let factored = apply(price, billing, to: tokens)
        else { return nil }
        return sum([factored, product(Int64(billing.webSearchRequests), webSearch)])
    }

    /// Applies the factors, which stack; web searches have none.
    private static func apply(_ price: ModelPrice, _ billing: BillingFacts, to amount: Int64) -> Int64? {
        var factors: [ModelPrice.Factor] = []
        if billing.serviceTier == "batch" {
            guard let batch = price.batch else { return nil }
            factors.append(batch)
        }
        if billing.speed == "fast" {
            guard let fast = price.fast else { return nil }
            factors.append(fast)
        }
        if billing.inferenceGeo == "us", let us = price.us { factors.append(us) }
        return factors.reduce(Optional(amount)) { amount, factor in
            amount.flatMap { product($0, factor.numerator) }.map { $0 / factor.denominator }
        }
    }

    // Counts come from outside: what does not fit has no cost rather than a wrong one.

    private static func product(_ count: Int64, _ rate: Int64?) -> Int64? {
        guard count != 0 else { return 0 }
        guard let rate, count > 0 else { return nil }
        let (value, overflow) = count.multipliedReportingOverflow(by: rate)
        return overflow ? nil : value
    }

    private static func sum(_ amounts: [Int64?]) -> Int64? {
        var total: Int64 = 0
        for amount in amounts {
            guard let amount, amount >= 0 else { return nil }
            let (value, overflow) = total.addingReportingOverflow(amount)
            guard !overflow else { return nil }
            total = value
        }
        return total
    }
}
