import Yams

extension ScenarioReader {
    /// Reads a pace.
    func pace(_ node: Node) throws -> AnswerPace {
        let table = try table(node, "'pace'", ["head_ms", "event_ms", "split", "write_ms"])
        return AnswerPace(
            head: try delay("head_ms", table),
            event: try delay("event_ms", table),
            split: try table.integer("split", in: 1...Int.max),
            write: try delay("write_ms", table)
        )
    }

    /// Reads a delay: a number of milliseconds, or a distribution.
    private func delay(_ key: String, _ table: YAMLTable) throws -> DelayDistribution? {
        guard let node = table.node(key), node.scalar == nil else {
            return try table.milliseconds(key).map { .fixed($0) }
        }
        let shape = try self.table(node, "'\(key)'", ["uniform", "normal", "lognormal", "exponential"])
        guard let kind = shape.keys.first, shape.keys.count == 1 else {
            throw shape.error("one of exponential, lognormal, normal, uniform is needed")
        }
        let numbers = try numbers(kind, shape)
        let isPair = kind != "exponential"
        guard numbers.count == (isPair ? 2 : 1), numbers.allSatisfy({ (0...DelayDistribution.longest).contains($0) })
        else {
            let need = isPair ? "a list of two numbers" : "one number"
            throw shape.error("'\(kind)' needs \(need), 0 to a day of milliseconds", at: shape.node(kind))
        }
        switch kind {
        case "uniform":
            guard numbers[0] <= numbers[1] else {
                throw shape.error("the first number of 'uniform' is the lower one", at: shape.node(kind))
            }
            return .uniform(low: numbers[0], high: numbers[1])
        case "normal": return .normal(mean: numbers[0], sigma: numbers[1])
        case "lognormal": return .lognormal(median: numbers[0], sigma: numbers[1])
        default: return .exponential(mean: numbers[0])
        }
    }

    private func numbers(_ key: String, _ table: YAMLTable) throws -> [Double] {
        guard let node = table.node(key) else { return [] }
        let items = node.sequence.map(Array.init) ?? [node]
        return try items.map { item in
            guard let number = item.scalar.flatMap({ Double($0.string) }) else {
                throw table.error("'\(key)' needs numbers", at: item)
            }
            return number
        }
    }
}
