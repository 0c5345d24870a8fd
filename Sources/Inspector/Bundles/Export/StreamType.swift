import Recorder

/// Recognises streams of events whose headers don't say what they are.
enum StreamType {
    private static let fields = ["event:", "data:", "id:", "retry:", ":"]
    private static let lineTypes = ["text/event-stream", "ndjson", "jsonl", "json-lines"]

    /// The content type to read a body with: what was said, unless the body is a stream of events.
    static func contentType(of body: [UInt8], said: String?) -> String? {
        let parts = (said ?? "").split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false)
        let essence = (parts.first ?? "").filter { $0 != " " && $0 != "\t" }.lowercased()
        guard essence.isEmpty || essence.hasPrefix("text/") || essence.hasSuffix("json"), isStream(body) else {
            return said
        }
        return "text/event-stream" + (parts.count > 1 ? ";" + parts[1] : "")
    }

    /// Whether a content type is one of lines that each hold a part of the whole.
    static func hasParts(_ type: String?) -> Bool {
        let type = (type ?? "").lowercased()
        return lineTypes.contains { type.contains($0) }
    }

    /// Whether the first line that is not empty is one of an event, and one of the first is its data.
    private static func isStream(_ body: [UInt8]) -> Bool {
        var start = body.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        while start < body.count, body[start] == 0x0A || body[start] == 0x0D { start += 1 }
        let lines = body[start...].prefix(1 << 14).split { $0 == 0x0A || $0 == 0x0D }
        guard let first = lines.first, fields.contains(where: { first.starts(with: $0.utf8) }) else { return false }
        return lines.contains { $0.starts(with: "data:".utf8) }
    }
}
