/// A request as the mock upstream got it, whole.
package struct ReceivedRequest: Sendable, Hashable {
    /// The method.
    package var method: String
    /// The request target as it stood on the request line, query included.
    package var uri: String
    /// The header lines in wire order, in their own case, repeats kept.
    package var headers: [ScriptedHeader]
    /// The body without its framing.
    package var body: [UInt8]
    /// The connection it came on: 1, 2, … in the order they were accepted.
    package var connection: Int
    /// Its number: 1, 2, … over all connections in the order of arrival.
    package var index: Int

    /// Whether the client wants the connection to stay open.
    var keepsAlive: Bool

    /// The target without the query.
    package var path: String {
        uri.firstIndex(of: "?").map { String(uri[..<$0]) } ?? uri
    }

    /// The query without the question mark, if there is one.
    package var query: String? {
        uri.firstIndex(of: "?").map { String(uri[uri.index(after: $0)...]) }
    }

    /// The body as UTF-8 text; invalid bytes become U+FFFD.
    package var bodyText: String {
        String(decoding: body, as: UTF8.self)
    }

    /// All values of a header in wire order, whatever the case of its name.
    package func values(of headerName: String) -> [String] {
        headers.filter { $0.isNamed(headerName) }.map(\.value)
    }
}
