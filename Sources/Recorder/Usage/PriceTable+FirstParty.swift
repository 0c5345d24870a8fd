extension PriceTable {
    private typealias Rates = ModelPrice.Rates

    /// The models of the first-party API, in pico-dollars a token.
    ///
    /// Gathered on 2026-11-20 from the price table of litellm 1.109.1 (same day) and the official pricing page
    /// (2026-08-22), which agree wherever both have a row. Models newer than the page (Fable 5.1, Mythos 5.1, Opus 5.5,
    /// Sonnet 5.5, Haiku 5.5) rest on litellm alone, the days of price changes on third parties. The Claude 3 family and
    /// Sonnet 3.7 are retired; their prices are those of resellers.
    static let firstParty: [ModelPrice] = [
        ModelPrice(
            id: "claude-haiku-4-5-20251001",
            aliases: ["claude-haiku-4-5"],
            periods: [.init(Rates(1_000_000, 5_000_000, write5m: 1_250_000, write1h: 2_000_000, read: 100_000))],
            batch: .half
        ),
        ModelPrice(
            id: "claude-sonnet-4-5-20250929",
            aliases: ["claude-sonnet-4-5"],
            periods: [.init(Rates(3_000_000, 15_000_000, write5m: 3_750_000, write1h: 6_000_000, read: 300_000))],
            batch: .half
        ),
        ModelPrice(
            id: "claude-sonnet-5",
            periods: [.init(Rates(2_000_000, 10_000_000, write5m: 2_500_000, write1h: 4_000_000, read: 200_000))],
            batch: .half,
            us: .elevenTenths
        ),
        ModelPrice(
            id: "claude-sonnet-5-5",
            periods: [
                .init(
                    from: september28,
                    Rates(2_000_000, 10_000_000, write5m: 2_500_000, write1h: 4_000_000, read: 200_000)
                ),
                .init(
                    from: october7,
                    Rates(2_000_000, 10_000_000, write5m: 2_500_000, write1h: 4_000_000, read: 100_000)
                ),
            ],
            batch: .half,
            us: .elevenTenths
        ),
        ModelPrice(
            id: "claude-sonnet-4-6",
            periods: [.init(Rates(3_000_000, 15_000_000, write5m: 3_750_000, write1h: 6_000_000, read: 300_000))],
            batch: .half,
            us: .elevenTenths
        ),
        ModelPrice(
            id: "claude-opus-4-5-20251101",
            aliases: ["claude-opus-4-5"],
            periods: [.init(Rates(5_000_000, 25_000_000, write5m: 6_250_000, write1h: 10_000_000, read: 500_000))],
            batch: .half
        ),
        ModelPrice(
            id: "claude-opus-4-6",
            aliases: ["claude-opus-4-6-20260205"],
            periods: [.init(Rates(5_000_000, 25_000_000, write5m: 6_250_000, write1h: 10_000_000, read: 500_000))],
            batch: .half,
            us: .elevenTenths
        ),
        ModelPrice(
            id: "claude-opus-4-7",
            aliases: ["claude-opus-4-7-20260416"],
            periods: [.init(Rates(5_000_000, 25_000_000, write5m: 6_250_000, write1h: 10_000_000, read: 500_000))],
            batch: .half,
            us: .elevenTenths
        ),
        ModelPrice(
            id: "claude-fable-5",
            periods: [.init(Rates(10_000_000, 50_000_000, write5m: 12_500_000, write1h: 20_000_000, read: 1_000_000))],
            batch: .half,
            us: .elevenTenths
        ),
        ModelPrice(
            id: "claude-fable-5-1",
            periods: [.init(Rates(10_000_000, 50_000_000, write5m: 12_500_000, write1h: 20_000_000, read: 250_000))],
            batch: .half,
            us: .elevenTenths
        ),
        ModelPrice(
            id: "claude-opus-5-5",
            periods: [.init(Rates(4_000_000, 20_000_000, write5m: 5_000_000, write1h: 8_000_000, read: 200_000))],
            batch: .half,
            us: .elevenTenths,
            fast: .double
        ),
        ModelPrice(
            id: "claude-opus-5",
            periods: [.init(Rates(5_000_000, 25_000_000, write5m: 6_250_000, write1h: 10_000_000, read: 500_000))],
            batch: .half,
            us: .elevenTenths,
            fast: .double
        ),
        ModelPrice(
            id: "claude-opus-4-8",
            periods: [.init(Rates(5_000_000, 25_000_000, write5m: 6_250_000, write1h: 10_000_000, read: 500_000))],
            batch: .half,
            us: .elevenTenths,
            fast: .double
        ),
        ModelPrice(
            id: "claude-mythos-5",
            periods: [.init(Rates(10_000_000, 50_000_000, write5m: 12_500_000, write1h: 20_000_000, read: 1_000_000))],
            batch: .half,
            us: .elevenTenths
        ),
        ModelPrice(
            id: "claude-mythos-5-1",
            periods: [.init(Rates(10_000_000, 50_000_000, write5m: 12_500_000, write1h: 20_000_000, read: 250_000))],
            batch: .half,
            us: .elevenTenths
        ),
        ModelPrice(
            id: "claude-mythos-preview",
            periods: [.init(Rates(10_000_000, 50_000_000, write5m: 12_500_000, write1h: 20_000_000, read: 1_000_000))],
            us: .elevenTenths
        ),
        ModelPrice(
            id: "claude-haiku-5-5",
            periods: [.init(from: october7, Rates(100_000, 500_000, write5m: 125_000, write1h: 200_000, read: 10_000))],
            longPrompt: (100_000, Rates(500_000, 2_500_000, write5m: 625_000, write1h: 1_000_000, read: 50_000)),
            batch: .half,
            us: .elevenTenths
        ),
        ModelPrice(
            id: "claude-opus-4-1-20250805",
            aliases: ["claude-opus-4-1"],
            periods: [.init(Rates(15_000_000, 75_000_000, write5m: 18_750_000, write1h: 30_000_000, read: 1_500_000))]
        ),
        ModelPrice(
            id: "claude-opus-4-20250514",
            aliases: ["claude-opus-4-0"],
            periods: [.init(Rates(15_000_000, 75_000_000, write5m: 18_750_000, write1h: 30_000_000, read: 1_500_000))]
        ),
        ModelPrice(
            id: "claude-sonnet-4-20250514",
            aliases: ["claude-sonnet-4-0"],
            periods: [.init(Rates(3_000_000, 15_000_000, write5m: 3_750_000, write1h: 6_000_000, read: 300_000))]
        ),
        ModelPrice(
            id: "claude-3-5-haiku-20241022",
            aliases: ["claude-3-5-haiku-latest"],
            periods: [.init(Rates(800_000, 4_000_000, write5m: 1_000_000, write1h: 1_600_000, read: 80_000))]
        ),
        ModelPrice(
            id: "claude-3-7-sonnet-20250219",
            periods: [.init(Rates(3_000_000, 15_000_000, write5m: 3_750_000, write1h: nil, read: 300_000))]
        ),
        ModelPrice(
            id: "claude-3-5-sonnet-20241022",
            periods: [.init(Rates(3_000_000, 15_000_000, write5m: 3_750_000, write1h: nil, read: 300_000))]
        ),
        ModelPrice(
            id: "claude-3-5-sonnet-20240620",
            periods: [.init(Rates(3_000_000, 15_000_000, write5m: 3_750_000, write1h: nil, read: 300_000))]
        ),
        ModelPrice(
            id: "claude-3-opus-20240229",
            periods: [.init(Rates(15_000_000, 75_000_000, write5m: 18_750_000, write1h: nil, read: 1_500_000))]
        ),
        ModelPrice(
            id: "claude-3-sonnet-20240229",
            periods: [.init(Rates(3_000_000, 15_000_000, write5m: nil, write1h: nil, read: nil))]
        ),
        ModelPrice(
            id: "claude-3-haiku-20240307",
            periods: [.init(Rates(250_000, 1_250_000, write5m: 300_000, write1h: nil, read: 30_000))]
        ),
        // Known to exist, without a price.
        ModelPrice(
            id: "claude-fable-5-2",
            periods: []
        ),
        // Known to exist, without a price.
        ModelPrice(
            id: "claude-mythos-5-2",
            periods: []
        ),
    ]

    /// 2026-09-28T00:00:00Z, about when Sonnet 5.5 came out.
    private static let september28 = Timestamp(microseconds: 1_790_553_600_000_000)
    /// 2026-10-07T00:00:00Z.
    private static let october7 = Timestamp(microseconds: 1_791_331_200_000_000)
}
