import NIOCore

/// Answers the requests that are not proxied: health, and all later pages.
protocol PageResponder: Sendable {
    /// Answers one request.
    func respond(to request: PageRequest) async -> PageAnswer
}

/// A request for a page.
struct PageRequest: Sendable {
    var method: String
    /// Path and query.
    var target: String
    var headers: [(name: String, value: String)]
    var body: ByteBuffer
}

/// The answer to a request for a page.
struct PageAnswer: Sendable {
    var status: Int
    var reason: String
    var headers: [(name: String, value: String)]
    var body: ByteBuffer
}
