import Yams

extension ScenarioReader {
    /// Reads a fault.
    func fault(_ node: Node) throws -> Fault {
        try fault(table(node, "'fault'", Self.faultKeys))
    }

    /// The keys of a fault.
    static let faultKeys: Set<String> = [
        "action", "after_head", "after_bytes", "after_event", "inside_event", "bytes", "stall_ms", "text", "delay_ms",
    ]

    /// Reads a fault from a mapping that may hold more.
    func fault(_ table: YAMLTable) throws -> Fault {
        Fault(try action(table), at: try moment(table), delay: try table.milliseconds("delay_ms"))
    }

    private func action(_ table: YAMLTable) throws -> Fault.Action {
        let stall = try table.milliseconds("stall_ms")
        let text = try table.string("text")
        let action = try table.choice(
            "action",
            [
                "close": Fault.Action.close, "reset": .reset, "end": .end, "hang": .hang,
                "stall": .stall(stall ?? .zero), "malformed": .malformed(text ?? ""),
            ]
        )
        guard let action else { throw table.error("'action' is missing") }
        if case .stall = action {
            guard stall != nil else { throw table.error("a stall needs 'stall_ms'") }
        } else if stall != nil {
            throw table.error("'stall_ms' goes with action: stall only")
        }
        if case .malformed = action {
            guard text != nil else { throw table.error("malformed needs 'text'") }
        } else if text != nil {
            throw table.error("'text' goes with action: malformed only")
        }
        return action
    }

    private func moment(_ table: YAMLTable) throws -> Fault.Moment {
        let places = ["after_head", "after_bytes", "after_event", "inside_event"]
        let moments = table.keys.filter(places.contains)
        guard moments.count <= 1 else {
            throw table.error("only one of \(moments.joined(separator: ", ")) can say where")
        }
        if table.node("bytes") != nil, table.node("inside_event") == nil {
            throw table.error("'bytes' goes with 'inside_event' only")
        }
        if let event = try table.integer("inside_event", in: 1...Int.max) {
            return .insideEvent(event, bytes: try table.integer("bytes", in: 1...Int.max) ?? 1)
        }
        if let bytes = try table.integer("after_bytes", in: 0...Int.max) { return .afterBytes(bytes) }
        if let event = try table.integer("after_event", in: 1...Int.max) { return .afterEvent(event) }
        return try table.boolean("after_head") == true ? .afterHead : .beforeAnswer
    }
}
