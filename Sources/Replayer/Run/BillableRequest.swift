import Recorder

/// What the body of a request says about its cost.
struct BillableRequest {
    /// The most tokens that one image is taken for; the API scales larger ones down.
    static let tokensPerImage = 5000

    /// The model.
    private(set) var model: String?
    /// `max_tokens`, when it is a number that can be.
    private(set) var maxTokens: Int?
    /// `speed`.
    private(set) var speed: String?
    /// What makes the upstream do more than answer once, in words.
    private(set) var unboundedAddition: String?
    /// A part of the prompt whose size the body does not tell, in words.
    private(set) var elsewhere: String?
    /// Images in the body.
    private(set) var images = 0
    /// Bytes of images where the API takes them for images and nothing else.
    private(set) var imageBytes = 0

    /// Nested deeper than this, content is not looked at any more, and taken for one of unknown size.
    private static let depth = 64

    /// A body that says nothing.
    init() {}

    /// Reads a body.
    init(_ body: JSONValue) {
        model = body["model"]?.string
        maxTokens = body["max_tokens"]?.int.flatMap { (0...TokenUsage.mostTokens).contains($0) ? $0 : nil }
        speed = body["speed"]?.string
        readAdditions(body)
        for part in ["system", "messages"].compactMap({ body[$0] }) { readContent(part, 0) }
        body["messages"]?.forEachElement { message in
            if let content = message["content"] { countImages(content) }
            return true
        }
    }

    // MARK: - Tools

    /// Tools that the server runs cost what they please, and their results are prompts again.
    private mutating func readAdditions(_ body: JSONValue) {
        if let servers = body["mcp_servers"], !servers.isNull, servers.raw.count > 2 {
            unboundedAddition = "mcp_servers"
        }
        if let container = body["container"], !container.isNull { unboundedAddition = "the container" }
        body.value(at: ["context_management", "edits"])?.forEachElement { edit in
            let type = edit["type"]?.string ?? ""
            if !type.hasPrefix("clear_") { unboundedAddition = "the context edit \(type)" }
            return unboundedAddition == nil
        }
        body["tools"]?.forEachElement { tool in
            if let type = tool["type"], !type.isNull, !BillableRequest.isClients(type) {
                unboundedAddition = "the tool \(type.string ?? "of another kind")"
            }
            return unboundedAddition == nil
        }
    }

    /// Whether a tool of a type is run by the client, whose work costs nothing.
    private static func isClients(_ type: JSONValue) -> Bool {
        guard let type = type.string else { return false }
        return type == "custom" || ["bash_", "text_editor_", "computer_", "memory_"].contains { type.hasPrefix($0) }
    }

    // MARK: - Content

    /// Looks at every object of a part of the prompt, wherever it stands.
    private mutating func readContent(_ value: JSONValue, _ level: Int) {
        guard level < BillableRequest.depth else {
            elsewhere = "deeply nested content"
            return
        }
        switch value.kind {
        case .object:
            readBlock(value)
            value.forEachMember { _, member in
                readContent(member, level + 1)
                return true
            }
        case .array:
            value.forEachElement { element in
                readContent(element, level + 1)
                return true
            }
        default: return
        }
    }

    private mutating func readBlock(_ block: JSONValue) {
        let type = block["type"]?.string ?? ""
        if let file = block["file_id"], !file.isNull { elsewhere = "a file" }
        guard let source = block["source"], source.kind == .object else { return }
        switch source["type"]?.string {
        case "text", "content": return
        case "base64" where type == "image": images += 1
        case "base64": elsewhere = "a \(type.isEmpty ? "source" : type) in base64"
        case let kind: elsewhere = "a source of type \(kind ?? "null")"
        }
    }

    /// Counts the bytes of images in content, and in the tool results among it.
    private mutating func countImages(_ content: JSONValue, isInResult: Bool = false) {
        content.forEachElement { block in
            switch block["type"]?.string {
            case "image":
                guard let source = block["source"], source["type"]?.isString("base64") == true else { break }
                imageBytes += source["data"]?.stringContent?.count ?? 0
            case "tool_result" where !isInResult:
                if let inner = block["content"] { countImages(inner, isInResult: true) }
            default: break
            }
            return true
        }
    }
}
