import Recorder

/// Finds words that a person wrote or read in a body.
enum SampleText {
    /// The last text of a conversation's body: the newest prompt of a request, or the answer.
    static func last(of body: [UInt8], headers: HeaderBlock) -> String? {
        if BodyDecoding.isEventStream(headers) { return deltas(of: body) }
        return JSONValue.read(body) { root -> String? in
            if let messages = root["messages"] { return lastText(in: messages) }
            return root["content"].flatMap(lastText) ?? root.value(at: ["error", "message"])?.string
        }
    }

    private static func deltas(of body: [UInt8]) -> String? {
        var decoder = SSEDecoder()
        var text = ""
        for event in decoder.feed(body) {
            _ = JSONValue.read(event.data) { root -> Bool? in
                text +=
                    root.value(at: ["delta", "text"])?.string ?? root.value(at: ["error", "message"])?.string ?? ""
                return true
            }
            if text.utf8.count > 2000 { break }
        }
        return text
    }

    /// The last text in messages or content blocks.
    private static func lastText(in value: JSONValue) -> String? {
        if let text = value.string { return text }
        if value.kind == .object { return value["text"]?.string ?? value["content"].flatMap(lastText) }
        var last: String?
        value.forEachElement { element in
            last = lastText(in: element) ?? last
            return true
        }
        return last
    }
}
