/// What an answer's body is made of.
package enum AnswerContent: Sendable, Hashable {
    /// An empty body.
    case none
    /// Bytes as they are.
    case body(contentType: String?, bytes: [UInt8])
    /// Server-sent events.
    case events([ScriptedEvent])
    /// A message: JSON, or events when the request says `"stream": true`.
    case message(ScriptedMessage)
    /// An error in Anthropic's shape.
    case error(ScriptedError)
    /// Frames of a Bedrock stream.
    case bedrock([BedrockFrame])
}
