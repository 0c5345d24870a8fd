import NIOCore
import Recorder

extension RoutedRequest {
    /// What the policy has to know of a request, and no more: a body is looked into as far as need be.
    ///
    /// - Parameters:
    ///   - request: the request with its body.
    ///   - exchange: the exchange's id.
    ///   - clientKey: the name of the client key that was used: sessions of two clients are two.
    ///   - interest: what the choice depends on.
    init(_ request: IncomingRequest, exchange: ExchangeID, clientKey: String?, interest: AccountRouter.Interest) {
        self.init(exchange: exchange)
        guard interest != .nothing else { return }
        let head = request.head
        if let line = head.lines.first(where: { $0.known == .pin }) { pin = head.text(line.value) }
        isRepeatable = head.isRepeatable(request.target.path)
        guard let body = request.body else {
            if interest == .modelAndSession { session = head.session(scope: clientKey) }
            return
        }
        let named = interest == .modelAndSession ? head.session(scope: clientKey) : nil
        session = named
        body.withUnsafeReadableBytes { bytes in
            // A very long body without a session header would keep the event loop: it goes where most is left.
            guard interest == .modelAndSession, named == nil, bytes.count <= 8 << 20 else {
                family = TopLevelText.model(in: bytes).map(ModelFamily.of)
                return
            }
            let cut = BodyCutter.cut(bytes)
            family = RequestIdentity.model(body: bytes, cut: cut).map(ModelFamily.of)
            let user = RequestIdentity.metadataUserID(body: bytes, cut: cut)
            let (identified, _) = RequestIdentity.from(headers: HeaderBlock(), metadataUserID: user, query: nil)
            let text = identified ?? RequestIdentity.sessionHash(body: bytes, cut: cut)
            session = text.map { SessionKey($0.utf8, scope: clientKey) }
        }
    }

    /// Notes how long the upstream keeps the prompt cache; for conversations whose account is out, as it costs a search.
    mutating func noteCacheLifetime(of body: ByteBuffer) {
        let mark = Array(#""ttl":"1h""#.utf8)
        let spaced = Array(#""ttl": "1h""#.utf8)
        let isLong =
            body.withUnsafeReadableBytes { ByteSearch.first(of: mark, in: $0) ?? ByteSearch.first(of: spaced, in: $0) }
            != nil
        if isLong { cacheLifetime = 3_600_000_000 }
    }
}

extension HTTPHead {
    /// The session that a header names, by the order of names that records follow.
    fileprivate func session(scope: String?) -> SessionKey? {
        let names: [StaticString] = ["x-session-id", "x-claude-code-session-id", "x-claude-session-id"]
        for name in names {
            for line in lines where line.known == .sessionID && line.value.length > 0 {
                guard withBytes(line.name, { $0.isEqualIgnoringCase(name) }) else { continue }
                return withBytes(line.value) { SessionKey($0, scope: scope) }
            }
        }
        return nil
    }

    /// Whether a request whose answer was lost may be sent again: nothing but an answer comes of it.
    fileprivate func isRepeatable(_ path: Part) -> Bool {
        let isSafe = withBytes(first) { $0.elementsEqual("GET".utf8) || $0.elementsEqual("HEAD".utf8) }
        let paths = ["/v1/messages", "/v1/messages/count_tokens", "/v1/complete"]
        return isSafe || withBytes(path) { bytes in paths.contains { bytes.elementsEqual($0.utf8) } }
    }
}

/// Finds a member of a JSON object without reading what stands behind it.
private enum TopLevelText {
    static func model(in bytes: UnsafeRawBufferPointer) -> String? {
        var scanner = JSONScanner(bytes)
        do throws(JSONSyntaxError) {
            scanner.skipWhiteSpace()
            try scanner.expect(UInt8(ascii: "{"))
            scanner.skipWhiteSpace()
            while !scanner.isAtEnd, scanner.current != UInt8(ascii: "}") {
                let key = try scanner.skipValue()
                scanner.skipWhiteSpace()
                try scanner.expect(UInt8(ascii: ":"))
                scanner.skipWhiteSpace()
                let value = try scanner.skipValue()
                if JSONValue(bytes, range: key).isString("model") { return JSONValue(bytes, range: value).string }
                scanner.skipWhiteSpace()
                guard scanner.skip(UInt8(ascii: ",")) else { return nil }
                scanner.skipWhiteSpace()
            }
        } catch {}
        return nil
    }
}
