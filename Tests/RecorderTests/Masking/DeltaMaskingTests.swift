import Foundation
import Testing

@testable import Recorder

struct DeltaMaskingTests {
    static func event(_ index: Int, _ type: String, _ field: String, _ text: String) -> String {
        "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":\(index),\"delta\":{\"type\":\"\(type)\",\"\(field)\":\"\(text)\"}}\n\n"
    }

    static let fields = [
        ("text_delta", "text"), ("input_json_delta", "partial_json"), ("thinking_delta", "thinking"),
        ("compaction_delta", "content"),
    ]

    @Test func everySecretIsFoundAtEverySplit() {
        for (kind, secret) in Planted.secrets {
            let marker = Planted.placeholder(kind, secret)
            for (type, field) in Self.fields {
                let text = "use " + secret + " now"
                for split in 4...(text.count - 4) {
                    let left = String(text.prefix(split))
                    let right = String(text.dropFirst(split))
                    let between =
                        "event: ping\ndata: {\"type\": \"ping\"}\n\n" + Self.event(1, "text_delta", "text", "other")
                    let stream = Self.event(0, type, field, left) + between + Self.event(0, type, field, right)
                    let secretLeft = left.dropFirst(4).prefix(secret.count)
                    let expected =
                        Self.event(0, type, field, "use " + (secretLeft.isEmpty ? "" : marker)) + between
                        + Self.event(0, type, field, (secretLeft.isEmpty ? marker : "") + " now")
                    if split > 4 + secret.count { continue }
                    #expect(Planted.masked(stream, .eventStream) == expected, "\(kind) \(type) \(split)")
                }
            }
        }
    }

    @Test func aSecretInEventsOfOneCharacterIsFound() {
        for (kind, secret) in Planted.secrets {
            var stream = ""
            for character in "key is \(secret) ok" {
                stream += Self.event(0, "text_delta", "text", String(character))
                stream += Self.event(1, "text_delta", "text", "z")
            }
            let masked = Planted.masked(stream, .eventStream)
            #expect(Self.texts(masked, index: 0) == "key is \(Planted.placeholder(kind, secret)) ok")
            #expect(masked.split(separator: "\n").count == stream.split(separator: "\n").count)
        }
    }

    @Test func escapesMayBeSplitInNestedJSON() {
        let (kind, secret) = Planted.secrets[0]
        let nested = "{\\\"a\\\": \\\"\\\\u0073" + secret.dropFirst() + "\\\"}"
        for split in 1..<(nested.count - 1) {
            let left = String(nested.prefix(split))
            // A fragment is itself a JSON string and never ends inside an escape of the outer level.
            let backslashes = left.reversed().prefix { $0 == "\\" }.count
            if backslashes % 2 == 1 { continue }
            let stream =
                Self.event(2, "input_json_delta", "partial_json", left)
                + Self.event(2, "input_json_delta", "partial_json", String(nested.dropFirst(split)))
            let masked = Planted.masked(stream, .eventStream)
            #expect(
                Self.texts(masked, index: 2) == "{\\\"a\\\": \\\"" + Planted.placeholder(kind, secret) + "\\\"}",
                "\(split)"
            )
        }
    }

    @Test func openAIStreamsAreAssembledByChoice() {
        let (kind, secret) = Planted.secrets[4]
        func event(_ choice: Int, _ text: String) -> String {
            "data: {\"id\":\"c\",\"choices\":[{\"index\":\(choice),\"delta\":{\"content\":\"\(text)\"}}]}\n\n"
        }
        func call(_ text: String) -> String {
            "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"\(text)\"}}]},\"index\":0}]}\n\n"
        }
        let left = String(secret.prefix(9))
        let right = String(secret.dropFirst(9))
        let marker = Planted.placeholder(kind, secret)
        #expect(
            Planted.masked(event(0, left) + event(1, "hello") + event(0, right), .eventStream)
                == event(0, marker) + event(1, "hello") + event(0, "")
        )
        #expect(
            Planted.masked(call("{\\\"k\\\":\\\"" + left) + call(right + "\\\"}"), .eventStream)
                == call("{\\\"k\\\":\\\"" + marker) + call("\\\"}")
        )
        #expect(Planted.masked(event(0, left) + event(1, right), .eventStream) == event(0, left) + event(1, right))
    }

    /// The texts of the deltas of one index, still escaped.
    static func texts(_ stream: String, index: Int) -> String {
        var result = ""
        for line in stream.split(separator: "\n") where line.contains("\"index\":\(index),") {
            for field in ["text", "partial_json"] {
                guard let start = line.range(of: "\"\(field)\":\"") else { continue }
                result += line[start.upperBound...].dropLast(3)
            }
        }
        return result
    }
}
