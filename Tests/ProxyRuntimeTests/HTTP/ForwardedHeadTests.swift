import NIOCore
import Recorder
import Testing

@testable import ProxyRuntime

@Suite("Forwarded heads")
struct ForwardedHeadTests {
    private func forward(
        _ text: String,
        to url: String = "https://api.anthropic.com",
        bodyLength: Int? = nil
    ) throws -> ForwardedRequest {
        let head = try head(text)
        return ForwardedRequest(
            head,
            pathAndQuery: try RequestTarget(head).pathAndQuery,
            target: try UpstreamTarget(url: url, setting: "T"),
            bodyLength: bodyLength,
            allocator: ByteBufferAllocator()
        )
    }

    @Test("a request goes on byte for byte but for Host")
    func keepsBytes() throws {
        let sent = try forward(
            "POST /v1/messages?beta=true&x=%41 HTTP/1.1\r\nUSER-agent:  A/1 \t\r\nhOsT: localhost:8080\r\n"
                + "X-Twice: 1\r\nx-twice:2\r\nContent-Length: 2\r\nexpect: 100-continue\r\nX-Empty:\r\n\r\n",
            bodyLength: 2
        )
        #expect(
            String(buffer: sent.bytes)
                == "POST /v1/messages?beta=true&x=%41 HTTP/1.1\r\nUSER-agent:  A/1 \t\r\nhOsT: api.anthropic.com\r\n"
                + "X-Twice: 1\r\nx-twice:2\r\nContent-Length: 2\r\nexpect: 100-continue\r\nX-Empty:\r\n\r\n"
        )
        #expect(sent.changes.isEmpty)
    }

    @Test("the lines of one connection stay here, those that Connection names too")
    func dropsHopByHop() throws {
        let sent = try forward(
            "POST /v1/m HTTP/1.1\r\nHost: a\r\nConnection: close, X-Private ,  x-other\r\nKeep-Alive: timeout=5\r\n"
                + "X-Private: 1\r\nTE: trailers\r\nTrailer: X\r\nUpgrade: h2c\r\nProxy-Connection: x\r\n"
                + "Proxy-Authorization: Basic x\r\nX-OTHER: 2\r\nX-Kept: 3\r\n\r\n"
        )
        #expect(
            String(buffer: sent.bytes) == "POST /v1/m HTTP/1.1\r\nHost: api.anthropic.com\r\nX-Kept: 3\r\n\r\n"
        )
    }

    @Test("Connection can't name the framing or the host away")
    func keepsFraming() throws {
        let sent = try forward(
            "POST /v1/m HTTP/1.1\r\nConnection: host, content-length\r\nHost: a\r\nContent-Length: 2\r\n\r\n",
            bodyLength: 2
        )
        #expect(
            String(buffer: sent.bytes)
                == "POST /v1/m HTTP/1.1\r\nHost: api.anthropic.com\r\nContent-Length: 2\r\n\r\n"
        )
    }

    @Test("chunks become a length in the same place")
    func replacesChunks() throws {
        let sent = try forward(
            "POST /v1/m HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nX: y\r\n\r\n",
            bodyLength: 0
        )
        #expect(
            String(buffer: sent.bytes)
                == "POST /v1/m HTTP/1.1\r\nHost: api.anthropic.com\r\nContent-Length: 0\r\nX: y\r\n\r\n"
        )
    }

    static let targets: [(url: String, asked: String, start: String, host: String)] = [
        ("http://h:81", "/v1/m", "/v1/m", "h:81"),
        ("http://h/pre/fix/", "/v1/m?q", "/pre/fix/v1/m?q", "h"),
        ("http://[::1]:81", "/v1/m", "/v1/m", "[::1]:81"),
        ("http://h", "http://other:99/v1/m?a=b", "/v1/m?a=b", "h"),
        ("http://h", "/v1/m?", "/v1/m?", "h"),
        ("http://h", "/v1/a%2Fb/../c;d=e", "/v1/a%2Fb/../c;d=e", "h"),
    ]

    @Test("the target is written for the upstream", arguments: targets)
    func writesTarget(_ row: (url: String, asked: String, start: String, host: String)) throws {
        let sent = try forward("GET \(row.asked) HTTP/1.1\r\nHost: me\r\n\r\n", to: row.url)
        #expect(String(buffer: sent.bytes) == "GET \(row.start) HTTP/1.1\r\nHost: \(row.host)\r\n\r\n")
    }

    @Test("HTTP/1.0 without Host goes on as HTTP/1.1 with it")
    func addsHost() throws {
        let sent = try forward("GET /v1/m HTTP/1.0\r\nA: b\r\n\r\n", to: "http://h")
        #expect(String(buffer: sent.bytes) == "GET /v1/m HTTP/1.1\r\nA: b\r\nHost: h\r\n\r\n")
    }

    @Test("what can't be inflated is not offered, and that is noted")
    func narrowsEncodings() throws {
        let sent = try forward("GET /v1/m HTTP/1.1\r\nHost: a\r\naccept-Encoding: gzip, br\r\n\r\n", to: "http://h")
        #expect(String(buffer: sent.bytes) == "GET /v1/m HTTP/1.1\r\nHost: h\r\naccept-Encoding: gzip\r\n\r\n")
        #expect(sent.changes == ["accept-encoding narrowed from 'gzip, br' to 'gzip'"])
    }

    @Test("nothing is added when the client offers no encoding")
    func addsNoEncoding() throws {
        let sent = try forward("GET /v1/m HTTP/1.1\r\nHost: a\r\n\r\n", to: "http://h")
        #expect(String(buffer: sent.bytes) == "GET /v1/m HTTP/1.1\r\nHost: h\r\n\r\n")
    }

    @Test("the record of a forwarded head has the same lines as its bytes")
    func recordsTheSame() throws {
        let original =
            "POST /v1/m HTTP/1.1\r\nA: 1\r\nConnection: close\r\nB: 2\r\nHost: a\r\nTE: x\r\nC: 3\r\n"
            + "Transfer-Encoding: chunked\r\nAccept-Encoding: br\r\nD: 4\r\n\r\n"
        let sent = try forward(original, to: "http://h", bodyLength: 3)
        let head = try head(original)
        let lines = sent.derived.lines.flatMap { line -> [String] in
            switch line {
            case .original(let range):
                range.map { head.text(head.lines[$0].name) + ": " + head.text(head.lines[$0].value) }
            case .written(let field): ["\(field.name): \(field.value)"]
            }
        }
        #expect(lines == ["A: 1", "B: 2", "Host: h", "C: 3", "Content-Length: 3", "Accept-Encoding: identity", "D: 4"])
        #expect(
            String(buffer: sent.bytes) == "POST /v1/m HTTP/1.1\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n"
        )
    }

    private func answer(_ text: String, isChunked: Bool = false, connection: String? = nil) throws -> String {
        let forwarded = ForwardedResponse(
            try head(text, isRequest: false),
            isChunked: isChunked,
            connection: connection,
            exchange: ExchangeID(high: 0x0199_F3C2_1D2E_7ABC, low: 0x8DEF_0123_4567_89AB),
            allocator: ByteBufferAllocator()
        )
        return String(buffer: forwarded.bytes)
    }

    private static let id = "x-tapedeck-exchange: 0199f3c2-1d2e-7abc-8def-0123456789ab\r\n\r\n"

    @Test("an answer goes back byte for byte with the exchange's id")
    func keepsAnswer() throws {
        let lines =
            "request-ID: r\r\nSet-Cookie: a\r\nset-cookie:b\r\nContent-Length:  7\r\nAnthropic-RateLimit-X: 0 \r\n"
        #expect(
            try answer("HTTP/1.1 529 Some words\r\n\(lines)\r\n")
                == "HTTP/1.1 529 Some words\r\n" + lines + Self.id
        )
    }

    @Test("an answer's framing and connection are the client's")
    func replacesFraming() throws {
        #expect(
            try answer(
                "HTTP/1.0 200 OK\r\nConnection: X-Hop\r\nX-Hop: 1\r\nTransfer-Encoding: chunked\r\nKeep-Alive: a\r\nX: y\r\n\r\n",
                isChunked: true,
                connection: "close"
            ) == "HTTP/1.1 200 OK\r\nX: y\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n" + Self.id
        )
    }
}
