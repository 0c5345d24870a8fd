import Foundation

/// Renders the frames of a Bedrock stream.
enum BedrockRendering {
    /// The bytes of the frames that one entry of a script stands for.
    static func frames(_ frame: BedrockFrame, requestModel: String?, index: Int) -> [[UInt8]] {
        switch frame.content {
        case .chunk(let json):
            return [chunk(json).bytes]
        case .exception(let type, let message):
            return [exception(type, message: message).bytes]
        case .message(let message):
            var events = MessageRendering(message, requestModel: requestModel, index: index).events.map(\.data)
            events.removeLast()
            // The stop carries what the call took.
            events.append(
                """
                {"type":"message_stop","amazon-bedrock-invocationMetrics":\
                {"inputTokenCount":\(message.inputTokens),"outputTokenCount":\(message.outputTokens),\
                "invocationLatency":1000,"firstByteLatency":400,"cacheReadInputTokenCount":\(message.cacheRead),\
                "cacheWriteInputTokenCount":\(message.cacheWrite5m + message.cacheWrite1h)}}
                """
            )
            return events.map { chunk($0).bytes }
        }
    }

    /// A chunk: the event's JSON in Base64.
    static func chunk(_ json: String) -> EventStreamFrame {
        let payload = "{\"bytes\":\"\(Data(json.utf8).base64EncodedString())\"}"
        return EventStreamFrame(
            headers: [
                ScriptedHeader(":event-type", "chunk"), ScriptedHeader(":content-type", "application/json"),
                ScriptedHeader(":message-type", "event"),
            ],
            payload: Array(payload.utf8)
        )
    }

    /// An exception.
    static func exception(_ type: String, message: String) -> EventStreamFrame {
        EventStreamFrame(
            headers: [
                ScriptedHeader(":exception-type", type), ScriptedHeader(":content-type", "application/json"),
                ScriptedHeader(":message-type", "exception"),
            ],
            payload: Array("{\"message\":\(JSONText.quoted(message))}".utf8)
        )
    }
}
