package import Recorder

/// The most that one replayed request can cost, and how many tokens it can take.
package struct CostBound: Hashable, Sendable {
    /// Prompt tokens: as the recorded answer reported them, else no more than the body has bytes, images aside.
    package var input: Int
    /// `max_tokens` of the request; 0 for what makes no answer.
    package var output: Int
    /// Pico-dollars, or `nil` when nobody can say.
    package var picodollars: Int64?
    /// Why the cost is unknown, such as `no known price for model m`.
    package var unknown: String?

    /// What a request costs that no model answers.
    package static let free = CostBound(input: 0, output: 0, picodollars: 0)

    /// Prompt tokens that the API adds itself, for tools and the like.
    private static let overhead = 2000
    /// The most bytes that one token stands for; prompts have four or so.
    private static let bytesPerToken = 16

    private init(input: Int, output: Int, picodollars: Int64?) {
        self.input = input
        self.output = output
        self.picodollars = picodollars
    }

    /// Finds the bound of a request.
    ///
    /// All of the prompt counts at the dearest of its prices, whether it is found in the cache or not. A recording may
    /// claim anything, so a prompt never counts for less than its bytes allow.
    ///
    /// - Parameters:
    ///   - request: what is sent.
    ///   - recorded: the tokens of the recorded answer, as `reported(by:)` has them.
    package init(_ request: ReplayRequest, recorded: TokenUsage?) {
        let path = request.target.prefix { $0 != "?" }
        if ["GET", "HEAD", "OPTIONS"].contains(request.method) || CostBound.isCount(path) {
            self = .free
            return
        }
        let facts = JSONValue.read(request.decodedBody) { BillableRequest($0) } ?? BillableRequest()
        let bytes = max(0, request.decodedBody.count - facts.imageBytes)
        let known = recorded.flatMap { CostBound.prompt($0) }
        self.init(
            input: known.map { max($0, bytes / CostBound.bytesPerToken) }
                ?? bytes + facts.images * BillableRequest.tokensPerImage + CostBound.overhead,
            output: facts.maxTokens ?? 0,
            picodollars: nil
        )
        guard path.hasSuffix("/v1/messages") else {
            unknown = "nobody knows what \(request.method) \(path) costs"
            return
        }
        guard let model = facts.model, facts.maxTokens != nil else {
            unknown = "the body names no model or no max_tokens"
            return
        }
        if let addition = facts.unboundedAddition {
            unknown = "\(addition) has no most it can cost"
            return
        }
        if known == nil, let part = facts.elsewhere {
            unknown = "\(part) is not in the body, or not to be counted in it, and no recorded answer says what it took"
            return
        }
        // The region may be the account's default, so its factor counts; speed is the request's own.
        let billing = BillingFacts(inferenceGeo: "us", speed: facts.speed)
        let prompts = [
            TokenUsage(input: input, output: output), TokenUsage(input: 0, output: output, cacheWrite5m: input),
            TokenUsage(input: 0, output: output, cacheWrite1h: input),
        ]
        picodollars = prompts.compactMap { PriceTable.cost(model: model, usage: $0, billing: billing) }.max()
        if picodollars == nil { unknown = "no known price for model \(model)" }
    }

    /// The tokens that a recorded answer reports, read from its body: what a row says of them may be anything.
    package static func reported(by recorded: RecordedExchange) -> TokenUsage? {
        guard let response = recorded.exchange.response, response.status < 400 else { return nil }
        return ExchangeDerivation.usage(of: response, body: recorded.body).tokens
    }

    /// Whether a path counts tokens and nothing else, however servers on the way read it.
    private static func isCount(_ path: Substring) -> Bool {
        path.hasSuffix("/messages/count_tokens") && !path.contains("..")
            && !path.utf8.contains { [UInt8(ascii: "%"), UInt8(ascii: ";"), UInt8(ascii: "\\")].contains($0) }
    }

    /// All tokens of a prompt, cached or not; `nil` when one of the numbers is missing or absurd.
    private static func prompt(_ usage: TokenUsage) -> Int? {
        guard let input = usage.input, usage.isPlausible else { return nil }
        return input + (usage.cacheRead ?? 0) + (usage.cacheWrite5m ?? 0) + (usage.cacheWrite1h ?? 0)
    }
}

extension TokenUsage {
    /// Whether no number is negative, or beyond what any model takes.
    var isPlausible: Bool {
        [input, output, cacheRead, cacheWrite5m, cacheWrite1h].allSatisfy { count in
            count.map { (0...TokenUsage.mostTokens).contains($0) } ?? true
        }
    }

    /// More tokens than any request takes or makes.
    static let mostTokens = 1_000_000_000
}
