import Recorder

/// JSON in one form: members in the order of their names, no white space, escapes undone and made anew.
enum CanonicalJSON {
    /// Names of members that differ from answer to answer.
    private static let changing: Set<String> = ["id", "request_id", "tool_use_id"]
    /// Beyond this depth a value is taken as it stands.
    private static let depth = 64

    /// The canonical text of a value.
    ///
    /// - Parameters:
    ///   - value: the value.
    ///   - ignoringIDs: whether ids are left out, and dates stand for one another.
    /// - Returns: the text.
    static func text(_ value: JSONValue, ignoringIDs: Bool = false) -> String {
        var writer = JSONWriter()
        write(value, ignoringIDs, 0, into: &writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private static func write(_ value: JSONValue, _ ignoringIDs: Bool, _ level: Int, into json: inout JSONWriter) {
        guard level < depth else { return json.raw(value.raw) }
        switch value.kind {
        case .object:
            // As for other parsers, the last of several members of a name counts.
            var members: [String: JSONValue] = [:]
            value.forEachMember { key, member in
                members[key.string ?? ""] = member
                return true
            }
            json.object {
                for (name, member) in members.sorted(by: { $0.key < $1.key }) {
                    if ignoringIDs, changing.contains(name) { continue }
                    $0.member(name) { write(member, ignoringIDs, level + 1, into: &$0) }
                }
            }
        case .array:
            json.array { json in
                value.forEachElement { element in
                    json.element { write(element, ignoringIDs, level + 1, into: &$0) }
                    return true
                }
            }
        case .string:
            let text = value.string ?? ""
            json.string(ignoringIDs && Timestamp(rfc3339: text) != nil ? "(date)" : text)
        case .number, .bool, .null: json.raw(value.raw)
        }
    }
}
