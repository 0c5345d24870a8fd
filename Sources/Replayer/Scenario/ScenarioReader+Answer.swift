import Yams

extension ScenarioReader {
    /// The keys of a rule that describe its answer.
    static let answerKeys: Set<String> = contentKeys.union([
        "status", "headers", "content_type", "framing", "gzip", "pace", "interim", "fault", "close",
    ])

    private static let contentKeys: Set<String> = ["message", "error", "json", "body", "events", "bedrock"]

    /// Reads the answer of a rule.
    func answer(_ table: YAMLTable) throws -> ScriptedAnswer {
        let contents = table.keys.filter(Self.contentKeys.contains)
        guard contents.count <= 1 else {
            throw table.error("only one of \(contents.map { "'\($0)'" }.joined(separator: ", ")) can be the answer")
        }
        var answer = ScriptedAnswer(content: try content(table))
        answer.status = try table.integer("status", in: 200...999) ?? answer.status
        if case .error(var error) = answer.content {
            guard table.node("status") == nil else { throw table.error("the status of an error stands in 'error'") }
            if error.message.isEmpty { error.message = HTTPText.reason(of: error.status) }
            answer.status = error.status
            answer.content = .error(error)
        }
        answer.headers = try headers(table, times: true)
        answer.framing = try table.choice(
            "framing",
            ["length": AnswerFraming.contentLength, "chunked": .chunked, "close": .close]
        )
        answer.gzip = try table.boolean("gzip") ?? false
        answer.pace = try table.node("pace").map(pace) ?? AnswerPace()
        answer.interim = try table.list("interim")?.map(interim) ?? []
        answer.fault = try table.node("fault").map(fault)
        answer.closesConnection = try table.boolean("close") ?? false
        return answer
    }

    private func content(_ table: YAMLTable) throws -> AnswerContent {
        if table.node("content_type") != nil, table.node("body") == nil {
            throw table.error("'content_type' goes with 'body' only")
        }
        if let message = table.node("message") { return .message(try self.message(message)) }
        if let error = table.node("error") { return .error(try self.error(error)) }
        if let json = table.node("json") {
            return .body(contentType: "application/json", bytes: Array(try self.json(json, table).utf8))
        }
        if let body = try table.string("body") {
            return .body(contentType: try table.string("content_type"), bytes: Array(body.utf8))
        }
        if let events = try table.list("events") { return .events(try events.map(event)) }
        if let frames = try table.list("bedrock") { return .bedrock(try frames.map(bedrockFrame)) }
        return .none
    }

    private func message(_ node: Node) throws -> ScriptedMessage {
        let table = try table(
            node,
            "'message'",
            [
                "text", "model", "input_tokens", "output_tokens", "cache_read", "cache_write_5m", "cache_write_1h",
                "tool", "stop_reason", "delta_size",
            ]
        )
        let counts = 0...1_000_000_000
        return ScriptedMessage(
            text: try table.string("text") ?? "",
            model: try table.string("model"),
            inputTokens: try table.integer("input_tokens", in: counts) ?? 10,
            outputTokens: try table.integer("output_tokens", in: counts) ?? 20,
            cacheRead: try table.integer("cache_read", in: counts) ?? 0,
            cacheWrite5m: try table.integer("cache_write_5m", in: counts) ?? 0,
            cacheWrite1h: try table.integer("cache_write_1h", in: counts) ?? 0,
            tool: try table.node("tool").map(tool),
            stopReason: try table.string("stop_reason"),
            deltaSize: try table.integer("delta_size", in: 1...1_000_000) ?? 12
        )
    }

    private func tool(_ node: Node) throws -> ScriptedToolUse {
        let table = try table(node, "'tool'", ["name", "input", "id"])
        guard let name = try table.string("name") else { throw table.error("'name' is missing") }
        if let input = table.node("input"), input.mapping == nil {
            throw table.error("'input' must be a mapping", at: input)
        }
        return ScriptedToolUse(
            name: name,
            input: try table.node("input").map { try json($0, table) } ?? "{}",
            id: try table.string("id")
        )
    }

    private func error(_ node: Node) throws -> ScriptedError {
        let table = try table(node, "'error'", ["status", "type", "message", "code"])
        guard let status = try table.integer("status", in: 400...599), let type = try table.string("type") else {
            throw table.error("'status' and 'type' are needed")
        }
        return ScriptedError(
            status: status,
            type: type,
            message: try table.string("message") ?? "",
            code: try table.string("code")
        )
    }

    private func bedrockFrame(_ node: Node) throws -> BedrockFrame {
        let table = try table(node, "a frame", ["chunk", "message", "exception", "delay_ms"])
        let contents = table.keys.filter { $0 != "delay_ms" }
        guard contents.count == 1 else { throw table.error("one of chunk, exception, message is needed") }
        let delay = try table.milliseconds("delay_ms")
        if let message = table.node("message") {
            return BedrockFrame(.message(try self.message(message)), delay: delay)
        }
        if let chunk = table.node("chunk") {
            return BedrockFrame(.chunk(try chunk.scalar?.string ?? json(chunk, table)), delay: delay)
        }
        guard let exception = table.node("exception") else { throw table.error("'exception' is missing") }
        let parts = try self.table(exception, "'exception'", ["type", "message"])
        guard let type = try parts.string("type") else { throw parts.error("'type' is missing") }
        return BedrockFrame(.exception(type: type, message: try parts.string("message") ?? ""), delay: delay)
    }

    private func event(_ node: Node) throws -> ScriptedEvent {
        let table = try table(node, "an event", ["name", "data", "raw", "delay_ms", "repeat"])
        let delay = try table.milliseconds("delay_ms")
        let repeats = try table.integer("repeat", in: 1...1_000_000) ?? 1
        if let raw = try table.string("raw") {
            guard table.node("name") == nil, table.node("data") == nil else {
                throw table.error("'raw' stands in place of 'name' and 'data'")
            }
            return .raw(raw, delay: delay, repeats: repeats)
        }
        guard let data = table.node("data") else { throw table.error("'data' or 'raw' is needed") }
        // A scalar is the text of the data line as it is; a mapping is written as JSON.
        let text = try data.scalar?.string ?? json(data, table)
        return ScriptedEvent(try table.string("name"), text, delay: delay, repeats: repeats)
    }

    private func interim(_ node: Node) throws -> InterimAnswer {
        let table = try table(node, "an interim answer", ["status", "headers"])
        return InterimAnswer(
            status: try table.integer("status", in: 100...199) ?? 103,
            headers: try headers(table, times: true)
        )
    }

    /// Writes a node as JSON: plain scalars by JSON's grammar, everything else as text.
    private func json(_ node: Node, _ table: YAMLTable) throws -> String {
        if let mapping = node.mapping {
            let members = try mapping.map { key, value in
                guard let name = key.scalar?.string else { throw table.error("a JSON key must be text", at: key) }
                return "\(JSONText.quoted(name)):\(try json(value, table))"
            }
            return "{\(members.joined(separator: ","))}"
        }
        if let sequence = node.sequence {
            return "[\(try sequence.map { try json($0, table) }.joined(separator: ","))]"
        }
        guard let scalar = node.scalar else { throw table.error("this can't be written as JSON", at: node) }
        let text = scalar.string
        guard scalar.style == .plain else { return JSONText.quoted(text) }
        if ["true", "false", "null"].contains(text) || JSONText.isNumber(text) { return text }
        return text.isEmpty || text == "~" ? "null" : JSONText.quoted(text)
    }
}
