/// What one model costs: prices in pico-dollars a token, which is millionths of the usual dollars per million tokens.
struct ModelPrice: Sendable {
    /// The prices of one token by kind; `nil` where none is known.
    struct Rates: Sendable {
        var input: Int64?
        var output: Int64?
        var cacheWrite5m: Int64?
        var cacheWrite1h: Int64?
        var cacheRead: Int64?

        init(_ input: Int64?, _ output: Int64?, write5m: Int64?, write1h: Int64?, read: Int64?) {
            self.input = input
            self.output = output
            cacheWrite5m = write5m
            cacheWrite1h = write1h
            cacheRead = read
        }
    }

    /// Rates that hold from one UTC day on, up to the next period.
    struct Period: Sendable {
        /// The first instant, or `nil` when it has no known beginning.
        var from: Timestamp?
        var rates: Rates

        init(from: Timestamp? = nil, _ rates: Rates) {
            self.from = from
            self.rates = rates
        }
    }

    /// The discount or premium that a property of the answer brings, as a fraction.
    struct Factor: Sendable {
        var numerator: Int64
        var denominator: Int64

        static let half = Factor(numerator: 1, denominator: 2)
        static let elevenTenths = Factor(numerator: 11, denominator: 10)
        static let double = Factor(numerator: 2, denominator: 1)
    }

    var id: String
    var aliases: [String] = []
    /// In order of time.
    var periods: [Period]
    /// The rates of every token of a request whose prompt is longer than the threshold.
    var longPrompt: (threshold: Int64, rates: Rates)?
    /// The factor for `service_tier` `batch`; `nil` when batch has no known price.
    var batch: Factor?
    /// The factor for `inference_geo` `us`; `nil` when the place makes no difference.
    var us: Factor?
    /// The factor for `speed` `fast`; `nil` when fast has no known price.
    var fast: Factor?

    /// The rates for a prompt of that length at a time; the newest without a time.
    func rates(promptTokens: Int64, at time: Timestamp?) -> Rates? {
        let period = periods.last { period in
            guard let time, let from = period.from else { return true }
            return from <= time
        }
        guard let period else { return nil }
        if let longPrompt, promptTokens > longPrompt.threshold { return longPrompt.rates }
        return period.rates
    }
}
