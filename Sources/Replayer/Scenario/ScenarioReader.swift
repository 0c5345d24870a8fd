import Recorder
import Yams

/// Reads the YAML form of scenarios.
struct ScenarioReader {
    /// The file name for messages.
    let file: String

    /// Reads a whole file.
    func scenario(_ yaml: String) throws -> Scenario {
        let root: Node?
        do {
            root = try Yams.compose(yaml: yaml)
        } catch let error as YamlError {
            throw ReplayerError(.invalidScenario, "\(file): \(Self.message(of: error))")
        }
        guard let root else { throw ReplayerError(.invalidScenario, "\(file): the file is empty") }
        let keys: Set<String> = [
            "name", "seed", "idle_close_ms", "expect_continue", "accounts", "errors", "faults", "rules",
        ]
        let table = try table(root, "the scenario", keys)
        guard let rules = try table.list("rules") else { throw table.error("'rules' is missing") }
        return Scenario(
            name: try table.string("name") ?? "",
            rules: try rules.map(rule),
            idleClose: try table.milliseconds("idle_close_ms"),
            answersContinue: try table.boolean("expect_continue") ?? true,
            seed: try seed(table),
            accounts: try table.list("accounts")?.map(account) ?? [],
            errors: try errors(table),
            faults: try table.list("faults")?.map(requestFault) ?? []
        )
    }

    private func seed(_ table: YAMLTable) throws -> UInt64 {
        guard let node = table.node("seed") else { return 0 }
        guard let seed = node.scalar.flatMap({ UInt64($0.string) }) else {
            throw table.error("'seed' must be a whole number, 0 to \(UInt64.max)", at: node)
        }
        return seed
    }

    private func rule(_ node: Node) throws -> ScenarioRule {
        let table = try table(node, "a rule", Self.answerKeys.union(["name", "when", "times"]))
        return ScenarioRule(
            name: try table.string("name") ?? "",
            match: try table.node("when").map(match) ?? RequestMatch(),
            times: try table.integer("times", in: 1...Int.max),
            answer: try answer(table)
        )
    }

    private func match(_ node: Node) throws -> RequestMatch {
        let table = try table(
            node,
            "'when'",
            ["method", "path", "query", "model", "stream", "headers", "contains"]
        )
        let contains: [String]
        if let list = table.node("contains")?.sequence {
            contains = try list.map { item in
                guard let text = item.scalar?.string else { throw table.error("'contains' must be text", at: item) }
                return text
            }
        } else {
            contains = try table.string("contains").map { [$0] } ?? []
        }
        return RequestMatch(
            method: try table.string("method"),
            path: try table.string("path"),
            query: try table.string("query"),
            model: try table.string("model"),
            stream: try table.boolean("stream"),
            headers: try headers(table),
            contains: contains
        )
    }

    /// Checks that a node is a mapping with known keys only.
    func table(_ node: Node, _ subject: String, _ keys: Set<String>) throws -> YAMLTable {
        try YAMLTable(node, subject, keys: keys, file: file)
    }

    /// Reads `headers`: a mapping, or a list of mappings when a name comes twice.
    ///
    /// With `times`, values may hold times relative to now.
    func headers(_ table: YAMLTable, times: Bool = false) throws -> [ScriptedHeader] {
        guard let node = table.node("headers") else { return [] }
        let mappings = node.sequence.map(Array.init) ?? [node]
        return try mappings.flatMap { item in
            guard let mapping = item.mapping else {
                throw table.error("'headers' must be a mapping or a list of mappings", at: item)
            }
            return try mapping.map { name, value in
                guard let text = name.scalar?.string, let value = value.scalar?.string,
                    !(text + value).unicodeScalars.contains(where: { $0 == "\r" || $0 == "\n" })
                else {
                    throw table.error("a header needs a name and a value of one line each", at: name)
                }
                if times, TimeTemplate.fill(value, now: Timestamp(microseconds: 0)) == nil {
                    throw table.error(
                        "'\(value)' is no time; write {now+5h}, {now+7s:rfc3339} or {now+10m:http}",
                        at: name
                    )
                }
                return ScriptedHeader(text, value)
            }
        }
    }

    private static func message(of error: YamlError) -> String {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            "line \(mark.line): \(problem)"
        case .duplicatedKeysInMapping(let duplicates, let context):
            "line \(context.mark.line): key '\(duplicates.first ?? "")' comes twice"
        default:
            "not YAML: \(error)"
        }
    }
}
