/// One server-sent event, or raw bytes in its place.
package struct ScriptedEvent: Sendable, Hashable {
    /// The bytes on the wire, closing blank line included.
    package var bytes: [UInt8]
    /// The delay before this event; `nil` is the pace of the answer.
    package var delay: Duration?
    /// How often the event is sent in a row.
    package var repeats: Int

    /// Makes an event; every line of `data` becomes a `data:` line.
    package init(_ name: String?, _ data: String, delay: Duration? = nil, repeats: Int = 1) {
        var text = name.map { "event: \($0)\n" } ?? ""
        for line in data.split(separator: "\n", omittingEmptySubsequences: false) {
            text += "data: \(line)\n"
        }
        self.init(bytes: Array("\(text)\n".utf8), delay: delay, repeats: repeats)
    }

    /// The text of its last `data:` line.
    var data: String {
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        return String(lines.last { $0.hasPrefix("data: ") }?.dropFirst(6) ?? "")
    }

    private init(bytes: [UInt8], delay: Duration?, repeats: Int) {
        self.bytes = bytes
        self.delay = delay
        self.repeats = repeats
    }

    /// Bytes as they are: comments, other line endings, several events at once, or what no decoder should accept.
    package static func raw(_ text: String, delay: Duration? = nil, repeats: Int = 1) -> ScriptedEvent {
        ScriptedEvent(bytes: Array(text.utf8), delay: delay, repeats: repeats)
    }
}
