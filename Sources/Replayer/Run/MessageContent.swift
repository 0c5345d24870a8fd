import Recorder

/// What an answer says: its text, its thinking and the tools it calls, gathered from events or from a whole body.
struct MessageContent {
    /// A tool that is called.
    struct Tool: Hashable, Sendable {
        var name: String
        /// Its input as canonical JSON; of a cut-off stream, the text as far as it came.
        var input: String
    }

    private struct Block {
        var index: Int
        var kind: String
        var name = ""
        var text = ""
        var input = ""
    }

    private var blocks: [Block] = []
    private var errorMessage: String?
    /// Whether an `error` event, or an error's body, was among it.
    private(set) var hasError = false

    /// The text of all blocks, or the message of an error.
    var text: String {
        (blocks.filter { $0.kind == "text" }.map(\.text) + (errorMessage.map { [$0] } ?? [])).joined(separator: "\n")
    }

    /// The thinking of all blocks.
    var thinking: String { blocks.filter { $0.kind == "thinking" }.map(\.text).joined(separator: "\n") }

    /// The tools in order of their calls.
    var tools: [Tool] {
        blocks.filter { $0.kind.hasSuffix("tool_use") }.map { block in
            let input = JSONValue.read(Array(block.input.utf8)) { CanonicalJSON.text($0) }
            return Tool(name: block.name, input: input ?? block.input)
        }
    }

    /// Takes in an event of a stream.
    mutating func add(_ event: SSEEvent) {
        event.data.withUnsafeBytes { bytes in
            guard let value = JSONValue(validating: bytes) else { return }
            switch value["type"]?.string ?? event.name {
            case "content_block_start":
                guard let block = value["content_block"] else { return }
                begin(block, index: value["index"]?.int ?? blocks.count)
            case "content_block_delta":
                guard let delta = value["delta"] else { return }
                extend(delta, index: value["index"]?.int ?? 0)
            case "error": addError(value)
            default: return
            }
        }
    }

    /// Takes in the body of an answer that is no stream.
    ///
    /// - Returns: whether it is a message or an error.
    mutating func add(body: [UInt8]) -> Bool {
        body.withUnsafeBytes { bytes in
            guard let value = JSONValue(validating: bytes), value.kind == .object else { return false }
            if value["error"]?.kind == .object {
                addError(value)
                return true
            }
            guard value["type"]?.isString("message") == true, let content = value["content"] else { return false }
            content.forEachElement { block in
                begin(block, index: blocks.count)
                return true
            }
            return true
        }
    }

    private mutating func begin(_ value: JSONValue, index: Int) {
        var block = Block(index: index, kind: value["type"]?.string ?? "")
        block.name = value["name"]?.string ?? ""
        block.text = value["text"]?.string ?? value["thinking"]?.string ?? ""
        // In a stream it is an empty object that the deltas replace.
        if let input = value["input"], input.raw.count > 2 { block.input = String(decoding: input.raw, as: UTF8.self) }
        blocks.append(block)
    }

    private mutating func extend(_ delta: JSONValue, index: Int) {
        guard let place = blocks.lastIndex(where: { $0.index == index }) else { return }
        if let text = delta["text"]?.string ?? delta["thinking"]?.string { blocks[place].text += text }
        if let json = delta["partial_json"]?.string { blocks[place].input += json }
    }

    private mutating func addError(_ value: JSONValue) {
        hasError = true
        errorMessage = value.value(at: ["error", "message"])?.string
    }
}
