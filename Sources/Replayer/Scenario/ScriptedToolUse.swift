/// A tool call in a scripted message.
package struct ScriptedToolUse: Sendable, Hashable {
    /// The tool's name.
    package var name: String
    /// The input: the text of a JSON object.
    package var input: String
    /// The call's id; `nil` is one made from the number of the request.
    package var id: String?

    /// Makes a tool call.
    package init(name: String, input: String, id: String? = nil) {
        self.name = name
        self.input = input
        self.id = id
    }
}
