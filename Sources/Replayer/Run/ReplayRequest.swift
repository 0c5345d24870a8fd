package import Recorder

/// A recorded client request as it is sent again.
package struct ReplayRequest: Sendable {
    /// What becomes of a recorded request.
    package enum Outcome: Sendable {
        /// It can be sent.
        case ready(ReplayRequest)
        /// It lacks what masking took out, or was not recorded whole; each text names one thing.
        case needs([String])
    }

    /// What the person who replays puts in.
    package struct Additions: Sendable {
        /// A key to send where the recorded request had one.
        package var key: String?
        /// Header lines that are added, or replace those of the same name.
        package var headers: [HeaderField]

        /// Makes additions.
        package init(key: String? = nil, headers: [HeaderField] = []) {
            self.key = key
            self.headers = headers
        }
    }

    /// The method.
    package var method: String
    /// Path and query, as recorded.
    package var target: String
    /// The header lines, without `Host` and `Content-Length`.
    package var headers: [HeaderField]
    /// The body in its content coding; `nil` for none.
    package var body: [UInt8]?
    /// The body without its content coding.
    package var decodedBody: [UInt8]
    /// Names of headers that were left out because their values were masked.
    package var dropped: [String]
    /// Masked ids and e-mail addresses that have made-up ones in their places.
    package var madeUpIDs: Int

    /// Makes the request of a recorded exchange.
    ///
    /// - Parameters:
    ///   - recorded: the exchange.
    ///   - additions: what is put in.
    /// - Returns: the request, or what it lacks.
    /// - Throws: `StoreError` when the store or bundle has lost the body.
    package static func make(from recorded: RecordedExchange, _ additions: Additions) throws -> Outcome {
        let request = recorded.exchange.request
        if let reason = request.body.omitted { return .needs(["the body, which was not recorded: \(reason)"]) }
        // Behind the host of a URL anything else would make it another host.
        guard request.path.hasPrefix("/") else { return .needs(["a path that begins with a slash"]) }
        if let part = ReplayRequest.unfit(path: request.path, query: request.query) {
            return .needs(["a \(part) without blanks, control characters and '#'"])
        }
        let stored = try recorded.body(request.body)
        let plain = BodyDecoding.decoded(stored, headers: request.headers)
        let body = StandIn.filled(plain ?? stored)
        let query = request.query.map { StandIn.filled($0) }
        var needs = PlaceholderScan.needs(path: request.path, query: query?.text, body: body.bytes)
        if PlaceholderScan.holds(request.method) { needs.append("the method") }
        guard needs.isEmpty else { return .needs(needs) }
        var lines = HeaderSelection(request.headers)
        // What was filled in goes out without its content coding.
        let isRewritten = body.count > 0 && plain != nil
        if isRewritten { lines.removeContentEncoding() }
        lines.addKey(additions.key)
        for header in additions.headers { lines.replace(header) }
        lines.replace(HeaderField(ReplayMark.header, recorded.exchange.id.description))
        // The answer to HEAD has no body, and few servers read one that comes with it.
        let hasBody = request.method != "HEAD" && (!stored.isEmpty || lines.announcesBody)
        return .ready(
            ReplayRequest(
                method: request.method,
                target: request.path + (query.map { "?\($0.text)" } ?? ""),
                headers: lines.lines,
                body: hasBody ? body.count > 0 ? body.bytes : stored : nil,
                decodedBody: body.bytes,
                dropped: lines.dropped,
                madeUpIDs: body.count + (query?.count ?? 0)
            )
        )
    }

    /// Which part of a target would not arrive as it is: behind a `#` nothing is sent, and a blank ends it.
    private static func unfit(path: String, query: String?) -> String? {
        func isUnfit(_ text: String) -> Bool {
            text.utf8.contains { $0 <= 0x20 || $0 == 0x7F || $0 == UInt8(ascii: "#") }
        }
        if isUnfit(path) { return "path" }
        return query.map(isUnfit) ?? false ? "query" : nil
    }
}
