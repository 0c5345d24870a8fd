/// What a frame, or a run of frames, of a Bedrock stream carries.
package struct BedrockFrame: Sendable, Hashable {
    /// The kinds of frames.
    package enum Content: Sendable, Hashable {
        /// A `chunk` event around the JSON text of one event of the Messages API.
        case chunk(String)
        /// The events of a whole message, one chunk each.
        case message(ScriptedMessage)
        /// An exception, such as `throttlingException`.
        case exception(type: String, message: String)
    }

    /// What it carries.
    package var content: Content
    /// The delay before it; `nil` is the pace of the answer.
    package var delay: Duration?

    /// Makes a frame.
    package init(_ content: Content, delay: Duration? = nil) {
        self.content = content
        self.delay = delay
    }
}
