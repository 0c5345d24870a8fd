import Recorder

/// The header lines that concern one connection and not the message (RFC 9110 section 7.6.1).
enum ConnectionHeaders {
    private static let known: Set<String> = [
        "connection", "keep-alive", "proxy-authenticate", "proxy-connection", "te", "trailer", "transfer-encoding",
        "upgrade",
    ]

    /// Their names in lower case, with those that the values of `Connection` lines name.
    static func names(_ connection: [String]) -> Set<String> {
        known.union(connection.flatMap { $0.split(separator: ",") }.map { String($0).trimmingSpaces.lowercased() })
    }
}
