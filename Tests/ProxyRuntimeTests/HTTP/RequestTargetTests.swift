import Recorder
import Testing

@testable import ProxyRuntime

@Suite("Request targets")
struct RequestTargetTests {
    static let understood: [(target: String, path: String, query: String?, both: String)] = [
        ("/", "/", nil, "/"),
        ("/v1/messages", "/v1/messages", nil, "/v1/messages"),
        ("/v1/messages?beta=true", "/v1/messages", "beta=true", "/v1/messages?beta=true"),
        ("/v1/m?", "/v1/m", "", "/v1/m?"),
        ("/v1/m?a?b", "/v1/m", "a?b", "/v1/m?a?b"),
        ("//v1/m", "//v1/m", nil, "//v1/m"),
        ("http://host/v1/m?a", "/v1/m", "a", "/v1/m?a"),
        ("HTTPS://user@host:1/v1/m", "/v1/m", nil, "/v1/m"),
    ]

    @Test("are taken apart", arguments: understood)
    func takesApart(_ row: (target: String, path: String, query: String?, both: String)) throws {
        let head = try head("GET \(row.target) HTTP/1.1\r\n\r\n")
        let target = try RequestTarget(head)
        #expect(head.text(target.path) == row.path)
        #expect(target.query.map(head.text) == row.query)
        #expect(head.text(target.pathAndQuery) == row.both)
    }

    @Test("of a forward proxy are refused", arguments: ["*", "host:443", "v1/messages", "http:", "http:/v1/m", "?a"])
    func refuses(target: String) throws {
        let head = try head("GET \(target) HTTP/1.1\r\n\r\n")
        #expect(throws: HTTPParseError.self) { try RequestTarget(head) }
    }
}
