import Yams

extension ScenarioReader {
    /// Reads an account.
    func account(_ node: Node) throws -> ScriptedAccount {
        let table = try table(
            node,
            "an account",
            [
                "name", "key", "requests_per_minute", "input_tokens_per_minute", "output_tokens_per_minute", "windows",
                "errors",
            ]
        )
        guard let key = try table.string("key"), !key.isEmpty else { throw table.error("'key' is missing") }
        let rates = 1...1_000_000_000
        return ScriptedAccount(
            name: try table.string("name") ?? "",
            key: key,
            requestsPerMinute: try table.integer("requests_per_minute", in: rates),
            inputTokensPerMinute: try table.integer("input_tokens_per_minute", in: rates),
            outputTokensPerMinute: try table.integer("output_tokens_per_minute", in: rates),
            windows: try table.node("windows").map(windows) ?? [],
            errors: try errors(table)
        )
    }

    /// Reads an `errors` list.
    func errors(_ table: YAMLTable) throws -> [ScriptedErrorRule] {
        try table.list("errors")?.map { node in
            guard let text = node.scalar?.string else { throw table.error("an error must be text", at: node) }
            do throws(ScriptedErrorRule.Mistake) {
                return try ScriptedErrorRule(text)
            } catch {
                throw table.error(error.message, at: node)
            }
        } ?? []
    }

    /// Reads a fault of the n-th request.
    func requestFault(_ node: Node) throws -> RequestFault {
        let table = try table(node, "a fault", Self.faultKeys.union(["request"]))
        guard let request = try table.integer("request", in: 1...Int.max) else {
            throw table.error("'request' is missing")
        }
        return RequestFault(request: request, fault: try fault(table))
    }

    private func windows(_ node: Node) throws -> [QuotaWindowSettings] {
        let table = try table(node, "'windows'", Set(QuotaWindow.Length.allCases.map(\.rawValue)))
        return try QuotaWindow.Length.allCases.compactMap { length in
            try table.node(length.rawValue).map { node in
                let table = try self.table(node, "a window", ["limit", "used", "resets_in_s"])
                let tokens = 0...1_000_000_000_000
                guard let limit = try table.integer("limit", in: 1...tokens.upperBound) else {
                    throw table.error("'limit' is missing")
                }
                let seconds = try table.integer("resets_in_s", in: 1...Int(length.seconds)) ?? Int(length.seconds)
                return QuotaWindowSettings(
                    length: length,
                    limit: limit,
                    used: try table.integer("used", in: tokens) ?? 0,
                    resetsIn: .seconds(seconds)
                )
            }
        }
    }
}
