/// Why bytes are not an HTTP/1.1 message this proxy accepts.
struct HTTPParseError: Error, Hashable {
    /// The status to answer a request with.
    var status: Int
    /// One sentence without a full stop, for the answer's message and the log.
    var reason: String

    init(_ status: Int, _ reason: String) {
        self.status = status
        self.reason = reason
    }

    /// A message that is malformed.
    init(_ reason: String) {
        self.init(400, reason)
    }
}
