/// Why an attempt got no whole answer.
struct UpstreamFailure: Error, Hashable {
    enum Cause: Hashable {
        /// No connection: refused, unreachable, no such host, TLS.
        case unreachable
        /// The connection could not be made in time.
        case connectTimeout
        /// No first byte in time.
        case firstByteTimeout
        /// No further byte in time.
        case idleTimeout
        /// The connection was reset.
        case reset
        /// The connection was closed before the end.
        case closed
        /// What came is not HTTP.
        case malformed
        /// The proxy was stopped.
        case stopped
    }

    var cause: Cause
    /// A few words for the record and the message.
    var reason: String
    /// Whether the connection was reset with the request unread, so that nobody has looked at it.
    var isUnread = false
}
