package import Recorder

/// The most that one replayed request can cost, and how many tokens it can take.
package struct CostBound: Hashable, Sendable {
    /// Prompt tokens: as the recorded answer reported them, else no more than the body has bytes.
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

    private init(input: Int, output: Int, picodollars: Int64?) {
        self.input = input
        self.output = output
        self.picodollars = picodollars
    }

    /// Finds the bound of a request.
    ///
    /// All of the prompt counts at the dearest of its prices, whether it is found in the cache or not.
    ///
    /// - Parameters:
    ///   - request: what is sent.
    ///   - recorded: the tokens of the recorded answer.
    package init(_ request: ReplayRequest, recorded: TokenUsage?) {
        let path = request.target.prefix { $0 != "?" }
        if ["GET", "HEAD", "OPTIONS"].contains(request.method) || path.hasSuffix("/messages/count_tokens") {
            self = .free
            return
        }
        let facts = JSONValue.read(request.decodedBody) { BodyFacts($0) } ?? BodyFacts()
        let known = recorded.flatMap { usage in usage.input.map { $0 + usage.promptTokensElsewhere } }
        self.init(
            input: known ?? request.decodedBody.count + CostBound.overhead,
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
        if let tool = facts.unboundedTool {
            unknown = "the tool \(tool) has no most it can cost"
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

    /// What a body says about its cost.
    private struct BodyFacts {
        var model: String?
        var maxTokens: Int?
        var speed: String?
        var unboundedTool: String?

        init() {}

        init(_ body: JSONValue) {
            model = body["model"]?.string
            maxTokens = body["max_tokens"]?.int.flatMap { $0 >= 0 ? $0 : nil }
            speed = body["speed"]?.string
            if let servers = body["mcp_servers"], servers.kind == .array, servers.raw.count > 2 {
                unboundedTool = "mcp_servers"
            }
            body["tools"]?.forEachElement { tool in
                // Tools that the server runs cost what they please, and their results are prompts again.
                let type = tool["type"]?.string ?? "custom"
                let isServers = ["web_", "code_execution", "tool_search", "mcp_", "advisor"].contains {
                    type.hasPrefix($0)
                }
                if isServers { unboundedTool = type }
                return !isServers
            }
        }
    }
}
