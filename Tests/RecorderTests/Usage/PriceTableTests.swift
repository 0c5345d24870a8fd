import Testing

@testable import Recorder

@Suite("Prices")
struct PriceTableTests {
    /// An answer whose cost was worked out by hand.
    struct Example: Sendable, CustomTestStringConvertible {
        var name: String
        var model: String
        var usage: TokenUsage
        var billing = BillingFacts()
        var day: String?
        var picodollars: Int64?
        var testDescription: String { name }
    }

    static let examples: [Example] = [
        Example(
            name: "plain",
            model: "claude-sonnet-4-5-20250929",
            usage: TokenUsage(input: 10_000, output: 2000),
            picodollars: 60_000_000_000
        ),
        Example(
            name: "small, by alias",
            model: "claude-sonnet-4-5",
            usage: TokenUsage(input: 12, output: 20),
            picodollars: 336_000_000
        ),
        Example(
            name: "cache written for an hour",
            model: "claude-sonnet-4-6",
            usage: TokenUsage(input: 3, output: 97, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 33_153),
            picodollars: 200_382_000_000
        ),
        Example(
            name: "cache written for five minutes",
            model: "claude-sonnet-4-6",
            usage: TokenUsage(input: 3, output: 97, cacheWrite5m: 33_153),
            picodollars: 125_787_750_000
        ),
        Example(
            name: "mostly cache reads",
            model: "claude-sonnet-4-6",
            usage: TokenUsage(input: 2, output: 396, cacheRead: 33_153, cacheWrite1h: 2005),
            picodollars: 27_921_900_000
        ),
        Example(
            name: "at the threshold of long prompts",
            model: "claude-haiku-5-5",
            usage: TokenUsage(input: 100_000, output: 1000),
            picodollars: 10_500_000_000
        ),
        Example(
            name: "one token beyond it",
            model: "claude-haiku-5-5",
            usage: TokenUsage(input: 100_001, output: 1000),
            picodollars: 52_500_500_000
        ),
        Example(
            name: "beyond it by cached tokens",
            model: "claude-haiku-5-5",
            usage: TokenUsage(input: 1, output: 0, cacheRead: 100_000),
            picodollars: 5_000_500_000
        ),
        Example(
            name: "last day of a price",
            model: "claude-sonnet-5-5",
            usage: TokenUsage(input: 0, output: 0, cacheRead: 1_000_000),
            day: "2026-10-06T23:59:59.999999Z",
            picodollars: 200_000_000_000
        ),
        Example(
            name: "first day of the next",
            model: "claude-sonnet-5-5",
            usage: TokenUsage(input: 0, output: 0, cacheRead: 1_000_000),
            day: "2026-10-07T00:00:00Z",
            picodollars: 100_000_000_000
        ),
        Example(
            name: "no day is today",
            model: "claude-sonnet-5-5",
            usage: TokenUsage(input: 0, output: 0, cacheRead: 1_000_000),
            picodollars: 100_000_000_000
        ),
        Example(
            name: "before the first known price",
            model: "claude-sonnet-5-5",
            usage: TokenUsage(input: 1, output: 1),
            day: "2026-09-27T00:00:00Z",
            picodollars: nil
        ),
        Example(
            name: "fast and in the us",
            model: "claude-opus-5-5",
            usage: TokenUsage(input: 1000, output: 1300),
            billing: BillingFacts(inferenceGeo: "us", speed: "fast"),
            picodollars: 66_000_000_000
        ),
        Example(
            name: "batch",
            model: "claude-haiku-4-5-20251001",
            usage: TokenUsage(input: 1000, output: 500),
            billing: BillingFacts(serviceTier: "batch"),
            picodollars: 1_750_000_000
        ),
        Example(
            name: "us makes no difference before 4.6",
            model: "claude-haiku-4-5-20251001",
            usage: TokenUsage(input: 1000, output: 500),
            billing: BillingFacts(serviceTier: "standard", inferenceGeo: "us"),
            picodollars: 3_500_000_000
        ),
        Example(
            name: "web search",
            model: "claude-opus-4-6",
            usage: TokenUsage(input: 500, output: 200),
            billing: BillingFacts(webSearchRequests: 1),
            picodollars: 17_500_000_000
        ),
        Example(
            name: "a retired model",
            model: "claude-3-haiku-20240307",
            usage: TokenUsage(input: 1_000_000, output: 0),
            picodollars: 250_000_000_000
        ),
        Example(
            name: "a model without a price",
            model: "claude-fable-5-2",
            usage: TokenUsage(input: 10, output: 10),
            picodollars: nil
        ),
        Example(
            name: "an unknown model",
            model: "gpt-4o",
            usage: TokenUsage(input: 10, output: 10),
            picodollars: nil
        ),
        Example(
            name: "a kind without a price",
            model: "claude-3-7-sonnet-20250219",
            usage: TokenUsage(input: 10, output: 10, cacheWrite1h: 1),
            picodollars: nil
        ),
        Example(
            name: "fast where it has no price",
            model: "claude-haiku-5-5",
            usage: TokenUsage(input: 10, output: 10),
            billing: BillingFacts(speed: "fast"),
            picodollars: nil
        ),
        Example(
            name: "unknown output",
            model: "claude-haiku-5-5",
            usage: TokenUsage(input: 10),
            picodollars: nil
        ),
        Example(
            name: "more than fits",
            model: "claude-opus-5",
            usage: TokenUsage(input: Int.max, output: Int.max),
            picodollars: nil
        ),
        Example(
            name: "nothing used",
            model: "claude-opus-5",
            usage: TokenUsage(input: 0, output: 0),
            picodollars: 0
        ),
    ]

    @Test("costs what was worked out by hand", arguments: examples)
    func cost(of example: Example) throws {
        let time = try example.day.map { try #require(Timestamp(rfc3339: $0)) }
        let cost = PriceTable.cost(model: example.model, usage: example.usage, billing: example.billing, at: time)
        #expect(cost == example.picodollars)
    }

    @Test("holds each id and alias once, and all models of the source")
    func ids() {
        let ids = PriceTable.firstParty.flatMap { [$0.id] + $0.aliases }
        #expect(Set(ids).count == ids.count)
        #expect(PriceTable.firstParty.count == 29)
    }

    @Test("cache writes cost 1.25 and 2 times the input in all rows but the oldest")
    func cacheWrites() {
        for price in PriceTable.firstParty where price.id != "claude-3-haiku-20240307" {
            for rates in price.periods.map(\.rates) + (price.longPrompt.map { [$0.rates] } ?? []) {
                guard let input = rates.input else { continue }
                #expect(rates.cacheWrite5m.map { $0 * 4 == input * 5 } ?? true, "\(price.id)")
                #expect(rates.cacheWrite1h.map { $0 == input * 2 } ?? true, "\(price.id)")
            }
        }
    }
}
