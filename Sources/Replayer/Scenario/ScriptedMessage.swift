/// A message of the assistant, to be rendered as JSON or as the events of a stream.
package struct ScriptedMessage: Sendable, Hashable {
    /// The text; empty for none.
    package var text: String
    /// The model that answers; `nil` is the one the request names.
    package var model: String?
    /// Input tokens outside the cache.
    package var inputTokens: Int
    /// Output tokens.
    package var outputTokens: Int
    /// Input tokens read from the cache.
    package var cacheRead: Int
    /// Input tokens written to the cache for five minutes.
    package var cacheWrite5m: Int
    /// Input tokens written to the cache for an hour.
    package var cacheWrite1h: Int
    /// The tool the assistant wants to use.
    package var tool: ScriptedToolUse?
    /// Why it stopped; `nil` is `tool_use` with a tool, else `end_turn`.
    package var stopReason: String?
    /// The characters in one delta of a stream, at least 1.
    package var deltaSize: Int

    /// Makes a message.
    package init(
        text: String = "",
        model: String? = nil,
        inputTokens: Int = 10,
        outputTokens: Int = 20,
        cacheRead: Int = 0,
        cacheWrite5m: Int = 0,
        cacheWrite1h: Int = 0,
        tool: ScriptedToolUse? = nil,
        stopReason: String? = nil,
        deltaSize: Int = 12
    ) {
        self.text = text
        self.model = model
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
        self.cacheRead = cacheRead
        self.cacheWrite5m = cacheWrite5m
        self.cacheWrite1h = cacheWrite1h
        self.tool = tool
        self.stopReason = stopReason
        self.deltaSize = deltaSize
    }
}
