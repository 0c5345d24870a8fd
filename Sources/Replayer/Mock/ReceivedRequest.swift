/// A request as the mock upstream got it, whole.
public struct ReceivedRequest: Sendable, Hashable {
    /// The method.
    public var method: String
    /// The request target as it stood on the request line, query included.
    public var uri: String
    /// The header lines in wire order, in their own case, repeats kept.
    public var headers: [ScriptedHeader]
    /// The body without its framing.
    public var body: [UInt8]
    /// The connection it came on: 1, 2, … in the order they were accepted.
    public var connection: Int
    /// Its number: 1, 2, … over all connections in the order of arrival.
    public var index: Int

    /// Whether the body was there and is not kept any more: later requests' bodies took its place.
    public internal(set) var isBodyDropped = false

    /// Whether the client wants the connection to stay open.
    var keepsAlive: Bool

    /// The target without the query.
    public var path: String {
        uri.firstIndex(of: "?").map { String(uri[..<$0]) } ?? uri
    }

    /// The query without the question mark, if there is one.
    public var query: String? {
        uri.firstIndex(of: "?").map { String(uri[uri.index(after: $0)...]) }
    }

    /// The body as UTF-8 text; invalid bytes become U+FFFD.
    public var bodyText: String {
        String(decoding: body, as: UTF8.self)
    }

    /// All values of a header in wire order, whatever the case of its name.
    public func values(of headerName: String) -> [String] {
        headers.filter { $0.isNamed(headerName) }.map(\.value)
    }
}
