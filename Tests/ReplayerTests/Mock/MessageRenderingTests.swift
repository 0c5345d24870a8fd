import Foundation
import Testing

@testable import Replayer

struct MessageRenderingTests {
    @Test func writesAMessageAsJSON() {
        let message = ScriptedMessage(
            text: "Hi \"you\"",
            inputTokens: 1,
            outputTokens: 2,
            cacheRead: 3,
            cacheWrite5m: 4,
            cacheWrite1h: 5
        )
        #expect(
            MessageRendering(message, requestModel: "claude-test", index: 7).json == """
                {"id":"msg_mock000007","type":"message","role":"assistant","model":"claude-test",\
                "content":[{"type":"text","text":"Hi \\"you\\""}],"stop_reason":"end_turn","stop_sequence":null,\
                "usage":{"input_tokens":1,"cache_creation_input_tokens":9,"cache_read_input_tokens":3,\
                "cache_creation":{"ephemeral_5m_input_tokens":4,"ephemeral_1h_input_tokens":5},\
                "output_tokens":2,"service_tier":"standard"}}
                """
        )
    }

    @Test func writesAMessageAsEvents() {
        let message = ScriptedMessage(text: "Hello", inputTokens: 1, outputTokens: 2, deltaSize: 3)
        let text = MessageRendering(message, requestModel: "claude-test", index: 7).events
            .map { String(decoding: $0.bytes, as: UTF8.self) }
            .joined()
        #expect(
            text == """
                event: message_start
                data: {"type":"message_start","message":{"id":"msg_mock000007","type":"message",\
                "role":"assistant","model":"claude-test","content":[],"stop_reason":null,"stop_sequence":null,\
                "usage":{"input_tokens":1,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,\
                "cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":0},\
                "output_tokens":1,"service_tier":"standard"}}}

                event: content_block_start
                data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

                event: ping
                data: {"type": "ping"}

                event: content_block_delta
                data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hel"}}

                event: content_block_delta
                data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"lo"}}

                event: content_block_stop
                data: {"type":"content_block_stop","index":0}

                event: message_delta
                data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},\
                "usage":{"input_tokens":1,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,\
                "output_tokens":2}}

                event: message_stop
                data: {"type":"message_stop"}


                """
        )
    }

    @Test(arguments: [1, 2, 5, 1000])
    func toolInputPiecesAddUpToTheInput(deltaSize: Int) throws {
        let input = #"{"location":"Zürich 🌍","quote":"a\"b","n":[1,2]}"#
        let message = ScriptedMessage(
            text: "Wait.",
            tool: ScriptedToolUse(name: "get_weather", input: input),
            deltaSize: deltaSize
        )
        let events = MessageRendering(message, requestModel: nil, index: 7).events
        let objects = try events.map { event in
            let text = String(decoding: event.bytes, as: UTF8.self)
            let data = try #require(text.split(separator: "\n").last?.dropFirst("data: ".count))
            return try #require(try JSONSerialization.jsonObject(with: Data(data.utf8)) as? [String: Any])
        }
        let pieces = objects.compactMap { ($0["delta"] as? [String: Any])?["partial_json"] as? String }
        #expect(pieces.first == "")
        #expect(pieces.joined() == input)
        #expect(objects.compactMap { $0["index"] as? Int }.max() == 1)
        let delta = objects[objects.count - 2]["delta"] as? [String: Any]
        #expect(delta?["stop_reason"] as? String == "tool_use")
    }
}
