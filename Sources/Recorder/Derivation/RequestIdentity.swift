/// Who asks, and in which conversation, from what a request says about itself.
///
/// Clients choose these values: scope them by the client key before anything depends on them.
package enum RequestIdentity {
    private static let sessionHeaders = ["x-session-id", "x-claude-code-session-id", "x-claude-session-id"]

    /// The session a request names and the user its usage counts for.
    ///
    /// - Parameters:
    ///   - headers: The request's header lines.
    ///   - metadataUserID: The text of `metadata.user_id`, if there is one.
    ///   - query: What follows the `?`, if anything.
    /// - Returns: The session, by the first of: `X-Session-ID`, `x-claude-code-session-id`, `x-claude-session-id`,
    ///   `metadata.user_id` in either form; and the user: `metadata.user_id` without its session, else the query's
    ///   `claude-code-user`, else `default`.
    package static func from(
        headers: HeaderBlock,
        metadataUserID: String?,
        query: String?
    ) -> (session: String?, user: String) {
        let named = metadataUserID.map { MetadataUserID($0) }
        let session = sessionHeaders.lazy.compactMap { value(of: $0, in: headers) }.first ?? named?.session
        let user = named?.user ?? query.flatMap { parameter("claude-code-user", in: $0) } ?? "default"
        return (session, user)
    }

    /// The session a request names and the user its usage counts for.
    package static func from(
        headers: [HeaderField],
        metadataUserID: String?,
        query: String?
    ) -> (session: String?, user: String) {
        from(headers: HeaderBlock(headers), metadataUserID: metadataUserID, query: query)
    }

    /// The first value of a header that is not empty; compares lengths first, as most lines are others.
    private static func value(of name: String, in headers: HeaderBlock) -> String? {
        for index in headers.indices {
            guard headers.name(at: index).count == name.utf8.count else { continue }
            let line = headers[index]
            if line.name.equalsIgnoringCase(name), !line.value.isEmpty { return line.value }
        }
        return nil
    }

    /// The value of a query parameter that is not empty, decoded as forms are.
    private static func parameter(_ name: String, in query: String) -> String? {
        for part in query.utf8.split(separator: UInt8(ascii: "&")) {
            let pair = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2, decoded(pair[0]) == name else { continue }
            let value = decoded(pair[1])
            if !value.isEmpty { return value }
        }
        return nil
    }

    private static func decoded(_ text: Substring.UTF8View) -> String {
        var bytes: [UInt8] = []
        var rest = text[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "+") {
                bytes.append(UInt8(ascii: " "))
            } else if byte == UInt8(ascii: "%"), rest.count >= 2,
                let high = rest.first.flatMap({ JSONScanner.hexDigit($0) }),
                let low = rest.dropFirst().first.flatMap({ JSONScanner.hexDigit($0) })
            {
                bytes.append(UInt8(high << 4 | low))
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
