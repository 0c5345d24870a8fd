import Recorder

/// The conditions a request must meet, all of them; one that is `nil` or empty is always met.
///
/// `path`, `query`, `model` and header values are compared exactly, or as a prefix when they end in `*`.
package struct RequestMatch: Sendable, Hashable {
    /// The method, upper case.
    package var method: String?
    /// The path without the query.
    package var path: String?
    /// The query without the question mark.
    package var query: String?
    /// The body's `model`.
    package var model: String?
    /// The body's `stream`; a body without it counts as `false`.
    package var stream: Bool?
    /// Headers that must be there; names ignore case, the value `*` stands for any.
    package var headers: [ScriptedHeader]
    /// Texts that the body must contain, byte for byte.
    package var contains: [String]

    /// Makes a match; without arguments it takes every request.
    package init(
        method: String? = nil,
        path: String? = nil,
        query: String? = nil,
        model: String? = nil,
        stream: Bool? = nil,
        headers: [ScriptedHeader] = [],
        contains: [String] = []
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.model = model
        self.stream = stream
        self.headers = headers
        self.contains = contains
    }

    /// Tells whether a request meets all conditions.
    func matches(_ request: ReceivedRequest, outline: RequestOutline) -> Bool {
        if let method, method != request.method { return false }
        if let path, !Self.value(request.path, meets: path) { return false }
        if let query, !Self.value(request.query ?? "", meets: query) { return false }
        if let model, !Self.value(outline.model ?? "", meets: model) { return false }
        if let stream, stream != outline.stream { return false }
        for header in headers {
            guard request.values(of: header.name).contains(where: { Self.value($0, meets: header.value) }) else {
                return false
            }
        }
        return request.body.withUnsafeBytes { body in
            contains.allSatisfy { $0.isEmpty || ByteSearch.first(of: Array($0.utf8), in: body) != nil }
        }
    }

    private static func value(_ value: String, meets pattern: String) -> Bool {
        pattern.hasSuffix("*") ? value.hasPrefix(pattern.dropLast()) : value == pattern
    }
}
