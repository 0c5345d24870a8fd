import Testing

@testable import ProxyRuntime

@Suite("Upstream targets")
struct UpstreamTargetTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var url: String
        var isSecure: Bool
        var host: String
        var port: Int
        var prefix: String
        var authority: String
        var testDescription: String { url }
    }

    static let cases: [Case] = [
        Case(
            url: "https://a.example",
            isSecure: true,
            host: "a.example",
            port: 443,
            prefix: "",
            authority: "a.example"
        ),
        Case(
            url: "http://a.example/",
            isSecure: false,
            host: "a.example",
            port: 80,
            prefix: "",
            authority: "a.example"
        ),
        Case(
            url: "http://127.0.0.1:81",
            isSecure: false,
            host: "127.0.0.1",
            port: 81,
            prefix: "",
            authority: "127.0.0.1:81"
        ),
        Case(url: "https://h:443/a/b//", isSecure: true, host: "h", port: 443, prefix: "/a/b", authority: "h:443"),
        Case(url: "http://[::1]:9/x", isSecure: false, host: "::1", port: 9, prefix: "/x", authority: "[::1]:9"),
        Case(
            url: "https://[2001:db8::1]",
            isSecure: true,
            host: "2001:db8::1",
            port: 443,
            prefix: "",
            authority: "[2001:db8::1]"
        ),
    ]

    @Test("are read from URLs", arguments: cases)
    func reads(_ row: Case) throws {
        let target = try UpstreamTarget(url: row.url, setting: "S")
        #expect(target.isSecure == row.isSecure)
        #expect((target.host, target.port) == (row.host, row.port))
        #expect((target.pathPrefix, target.authority) == (row.prefix, row.authority))
    }
}
