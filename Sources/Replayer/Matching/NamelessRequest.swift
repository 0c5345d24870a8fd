import Recorder

/// Requests without the ids of their user: an exported bundle has tags in their place that no other store can make.
///
/// The session stays: it tells apart two conversations that begin alike.
enum NamelessRequest {
    /// A body, and the JSON in it, with the session alone in every `metadata.user_id`.
    static func body(_ bytes: UnsafeRawBufferPointer, _ value: JSONValue) -> [UInt8] {
        var output: [UInt8] = []
        var position = 0
        value.forEachMember { key, metadata in
            guard key.isString("metadata") else { return true }
            metadata.forEachMember { name, id in
                guard name.isString("user_id"), let text = id.string else { return true }
                output += bytes[position..<id.range.lowerBound]
                output += "\"\(session(text))\"".utf8
                position = id.range.upperBound
                return true
            }
            return true
        }
        return output + bytes[position...]
    }

    /// A query with the name alone of `claude-code-user`.
    static func query(_ query: String) -> String {
        query.split(separator: "&", omittingEmptySubsequences: false)
            .map { $0.hasPrefix("claude-code-user=") ? "claude-code-user=" : $0 }.joined(separator: "&")
    }

    /// The session of a `metadata.user_id` in one of its two forms; empty for any other text.
    private static func session(_ text: String) -> String {
        let bytes = Array(text.utf8)
        if let id = JSONValue.read(bytes, { $0.kind == .object ? $0["session_id"]?.string ?? "" : nil }) { return id }
        let marker = Array("_session_".utf8)
        guard bytes.count >= marker.count,
            let start = (0...(bytes.count - marker.count)).last(where: { bytes[$0...].starts(with: marker) })
        else { return "" }
        return String(decoding: bytes[(start + marker.count)...], as: UTF8.self)
    }
}
