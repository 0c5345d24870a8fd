/// A conversation as Claude Code sends it: each turn repeats everything, adds two messages and moves the cache marker.
struct Conversation {
    private let model: String
    private let system: String
    private let tools: String
    private var messages: [String] = []
    private var sent: Set<String> = []
    private var turns = 0
    private let name: String
    private let words: Int

    /// Begins a conversation.
    ///
    /// - Parameters:
    ///   - name: makes its texts differ from those of others.
    ///   - words: how long a message is, in words.
    init(_ name: String, words: Int = 300) {
        self.name = name
        self.words = words
        model = "claude-sonnet-4-5-20250929"
        system = #"[{"type":"text","text":"You are \#(name). \#(Conversation.prose("system " + name, 2000))"}]"#
        let tool = { (index: Int) in
            #"{"name":"tool_\#(index)","description":"\#(Conversation.prose("\(name) tool \(index)", 200))","input_schema":{"type":"object"}}"#
        }
        tools = "[" + (0..<20).map(tool).joined(separator: ",") + "]"
    }

    private static func prose(_ seed: String, _ words: Int) -> String {
        var random = WireRandom(seed: seed.utf8.reduce(5381) { $0 &* 33 &+ UInt64($1) })
        let syllables = ["ka", "to", "mi", "re", "lu", "no", "sha", "pe", "ri", "ba", "vo", "qué ", "\\n", " "]
        return (0..<words).map { _ in syllables.randomElement(using: &random) ?? "" }.joined(separator: "a ")
    }

    /// A text of that many words, the same on every run.
    static func words(_ count: Int) -> String { prose("words", count) }

    private func message(_ role: String, _ turn: Int, marked: Bool) -> String {
        let marker = marked ? #","cache_control":{"type":"ephemeral"}"# : ""
        let text = Conversation.prose("\(name) \(role) \(turn)", words)
        return #"{"role":"\#(role)","content":[{"type":"text","text":"\#(text)"\#(marker)}]}"#
    }

    /// The next turn's body, and how many of its bytes the conversation has not sent before.
    mutating func next() -> (body: String, newBytes: Int) {
        // The marker leaves the message that was the last.
        if turns > 0 {
            messages[messages.count - 1] = message("user", turns, marked: false)
            messages.append(message("assistant", turns, marked: false))
        }
        turns += 1
        messages.append(message("user", turns, marked: true))
        let body =
            #"{"model":"\#(model)","messages":["# + messages.joined(separator: ",")
            + #"],"system":\#(system),"tools":\#(tools),"metadata":{"user_id":"user_\#(name)_session_1"},"#
            + #""max_tokens":32000,"stream":true}"#
        guard turns > 1 else {
            sent = Set(messages)
            return (body, body.utf8.count)
        }
        // Each message but the first has the comma in front of it.
        let new = messages.enumerated().filter { !sent.contains($0.element) }
        sent.formUnion(messages)
        return (body, new.reduce(0) { $0 + $1.element.utf8.count + ($1.offset > 0 ? 1 : 0) })
    }
}
