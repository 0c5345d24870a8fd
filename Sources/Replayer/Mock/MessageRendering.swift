/// Renders a scripted message in the two forms the Messages API has.
///
/// The shapes are those of recorded traffic: `usage` with the split of the cache write in `message_start` and in
/// JSON answers, cumulative counts in `message_delta`, one `ping` after the first block's start.
struct MessageRendering {
    let message: ScriptedMessage
    /// The model to name, the message's own or the request's.
    let model: String
    /// The number of the request; ids are made of it.
    let index: Int

    init(_ message: ScriptedMessage, requestModel: String?, index: Int) {
        self.message = message
        self.model = message.model ?? requestModel ?? "claude-mock"
        self.index = index
    }

    /// The whole message as one JSON object.
    var json: String {
        var blocks: [String] = []
        if !message.text.isEmpty {
            blocks.append("{\"type\":\"text\",\"text\":\(JSONText.quoted(message.text))}")
        }
        if let tool = message.tool {
            blocks.append(toolBlock(tool, input: tool.input))
        }
        return envelope(
            content: blocks.joined(separator: ","),
            stopReason: JSONText.quoted(stopReason),
            outputTokens: message.outputTokens
        )
    }

    /// The message as the events of a stream.
    var events: [ScriptedEvent] {
        let start = envelope(content: "", stopReason: "null", outputTokens: 1)
        var events = [event("message_start", "\"message\":\(start)")]
        var blocks = 0
        func addBlock(_ block: String, deltas: [String]) {
            events.append(event("content_block_start", "\"index\":\(blocks),\"content_block\":\(block)"))
            if blocks == 0 { events.append(ScriptedEvent("ping", "{\"type\": \"ping\"}")) }
            for delta in deltas {
                events.append(event("content_block_delta", "\"index\":\(blocks),\"delta\":{\(delta)}"))
            }
            events.append(event("content_block_stop", "\"index\":\(blocks)"))
            blocks += 1
        }
        if !message.text.isEmpty {
            let deltas = pieces(of: message.text).map { "\"type\":\"text_delta\",\"text\":\(JSONText.quoted($0))" }
            addBlock("{\"type\":\"text\",\"text\":\"\"}", deltas: deltas)
        }
        if let tool = message.tool {
            // The API's first piece of a tool input is empty.
            let deltas = ([""] + pieces(of: tool.input)).map {
                "\"type\":\"input_json_delta\",\"partial_json\":\(JSONText.quoted($0))"
            }
            addBlock(toolBlock(tool, input: "{}"), deltas: deltas)
        }
        let delta = "\"delta\":{\"stop_reason\":\(JSONText.quoted(stopReason)),\"stop_sequence\":null}"
        let usage = "{\(inputCounts),\"output_tokens\":\(message.outputTokens)}"
        events.append(event("message_delta", "\(delta),\"usage\":\(usage)"))
        events.append(ScriptedEvent("message_stop", "{\"type\":\"message_stop\"}"))
        return events
    }

    private var stopReason: String {
        message.stopReason ?? (message.tool == nil ? "end_turn" : "tool_use")
    }

    private var inputCounts: String {
        """
        "input_tokens":\(message.inputTokens),\
        "cache_creation_input_tokens":\(message.cacheWrite5m + message.cacheWrite1h),\
        "cache_read_input_tokens":\(message.cacheRead)
        """
    }

    private func envelope(content: String, stopReason: String, outputTokens: Int) -> String {
        """
        {"id":\(JSONText.quoted(MockIdentifier.message(index))),"type":"message","role":"assistant",\
        "model":\(JSONText.quoted(model)),"content":[\(content)],"stop_reason":\(stopReason),"stop_sequence":null,\
        "usage":{\(inputCounts),"cache_creation":{"ephemeral_5m_input_tokens":\(message.cacheWrite5m),\
        "ephemeral_1h_input_tokens":\(message.cacheWrite1h)},"output_tokens":\(outputTokens),\
        "service_tier":"standard"}}
        """
    }

    private func toolBlock(_ tool: ScriptedToolUse, input: String) -> String {
        let id = tool.id ?? MockIdentifier.toolUse(index)
        return """
            {"type":"tool_use","id":\(JSONText.quoted(id)),"name":\(JSONText.quoted(tool.name)),"input":\(input)}
            """
    }

    private func event(_ type: String, _ members: String) -> ScriptedEvent {
        ScriptedEvent(type, "{\"type\":\"\(type)\",\(members)}")
    }

    private func pieces(of text: String) -> [String] {
        var rest = Substring(text)
        var pieces: [String] = []
        while !rest.isEmpty {
            let piece = rest.prefix(max(1, message.deltaSize))
            pieces.append(String(piece))
            rest = rest.dropFirst(piece.count)
        }
        return pieces
    }
}
