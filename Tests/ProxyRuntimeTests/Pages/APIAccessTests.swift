import Recorder
import Testing

@testable import ProxyRuntime

@Suite("Access to /api")
struct APIAccessTests {
    private static let token = "0123456789abcdef"

    private func refusal(
        token: String? = nil,
        isLoopback: Bool = true,
        host: String? = "127.0.0.1:8080",
        authorization: String? = nil
    ) throws -> String? {
        let access = APIAccess(
            token: try token.map { try AdminToken($0, setting: "ADMIN_TOKEN") },
            isLoopback: isLoopback
        )
        return access.refusal(host: host, authorization: authorization).map { "\($0.status) \($0.code.rawValue)" }
    }

    @Test(
        "all that the router takes for /api is covered",
        arguments: [
            ("/api", true), ("/api/", true), ("/api/accounts", true), ("//api/accounts", true), ("/API/x", true),
            ("/apis", false), ("/health", false), ("/", false), ("/v1/api", false), ("", false),
        ]
    )
    func covers(_ row: (path: String, isCovered: Bool)) {
        #expect(APIAccess.covers(row.path) == row.isCovered)
    }

    @Test("without a token it is open on this machine only")
    func withoutToken() throws {
        #expect(try refusal() == nil)
        #expect(try refusal(isLoopback: false, host: "proxy.example.com") == "403 admin_token_invalid")
    }

    @Test("with a token everybody needs it")
    func withToken() throws {
        for isLoopback in [true, false] {
            #expect(try refusal(token: Self.token, isLoopback: isLoopback) == "401 admin_token_invalid")
            let wrong = "Bearer \(Self.token)x"
            #expect(
                try refusal(token: Self.token, isLoopback: isLoopback, authorization: wrong)
                    == "401 admin_token_invalid"
            )
            let right = "Bearer \(Self.token)"
            #expect(try refusal(token: Self.token, isLoopback: isLoopback, authorization: right) == nil)
        }
    }

    @Test(
        "a page of the web that lets its name lead to this machine is kept out",
        arguments: [
            ("localhost", true), ("localhost:1", true), ("LOCALHOST:8080", true), ("127.0.0.1", true),
            ("127.0.0.1:65535", true), ("[::1]", true), ("[::1]:8080", true), ("evil.example", false),
            ("evil.example:8080", false), ("127.0.0.1.evil.example", false), ("localhost.evil.example:80", false),
            ("", false), ("localhost:evil", false), ("[::1]evil", false), ("[::1", false), ("::1", false),
            ("192.168.0.1:8080", false),
        ]
    )
    func rebinding(_ row: (host: String, isAllowed: Bool)) throws {
        #expect(try refusal(host: row.host) == (row.isAllowed ? nil : "403 host_not_allowed"))
        // Not where others are meant to come by name.
        #expect(
            try refusal(
                token: Self.token,
                isLoopback: false,
                host: row.host,
                authorization: "Bearer \(Self.token)"
            ) == nil
        )
    }
}
