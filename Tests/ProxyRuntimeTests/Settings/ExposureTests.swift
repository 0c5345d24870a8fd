import Recorder
import Testing

@testable import ProxyRuntime

@Suite("Who can reach the proxy")
struct ExposureTests {
    private static let token = "0123456789abcdef"

    private func settings(_ host: String, token: String? = nil, isInsecure: Bool = false) throws -> ProxySettings {
        var environment = ["HOME": "/h", "HOST": host]
        environment["ADMIN_TOKEN"] = token
        var settings = try ProxySettings(environment: environment)
        settings.isInsecure = isInsecure
        return settings
    }

    @Test(
        "addresses of this machine only are known",
        arguments: [
            ("127.0.0.1", true), ("127.255.0.9", true), ("localhost", true), ("LocalHost", true), ("::1", true),
            ("[::1]", true), ("0:0:0:0:0:0:0:1", true), ("0.0.0.0", false), ("::", false), ("10.0.0.1", false),
            ("128.0.0.1", false), ("127.0.0.1.example.com", false), ("127.1", false), ("localhost.example.com", false),
            ("::ffff:127.0.0.1", false), ("::2", false), ("", false), ("2001:db8::1", false),
        ]
    )
    func loopback(_ row: (host: String, isLoopback: Bool)) {
        #expect(LoopbackAddress.contains(row.host) == row.isLoopback)
    }

    @Test("on this machine nothing is asked for", arguments: ["127.0.0.1", "::1", "localhost"])
    func local(host: String) throws {
        let settings = try settings(host)
        try settings.checkExposure(goodKeys: 0)
        #expect(!settings.requiresClientKeys)
    }

    @Test("elsewhere a key and a token are asked for, and what is missing is named")
    func exposed() throws {
        func refusal(_ settings: ProxySettings, _ keys: Int) -> String {
            message { try settings.checkExposure(goodKeys: keys) }
        }
        let bare = try settings("0.0.0.0")
        #expect(bare.requiresClientKeys)
        for word in ["0.0.0.0", "proxy keys create NAME", "ADMIN_TOKEN", "--insecure"] {
            #expect(refusal(bare, 0).contains(word), "\(refusal(bare, 0))")
        }
        #expect(refusal(bare, 1).contains("ADMIN_TOKEN"))
        #expect(!refusal(bare, 1).contains("keys create"))
        let withToken = try settings("0.0.0.0", token: Self.token)
        #expect(refusal(withToken, 0).contains("keys create"))
        #expect(!refusal(withToken, 0).contains("ADMIN_TOKEN"))
        #expect(refusal(withToken, 1) == "")
        let insecure = try settings("0.0.0.0", isInsecure: true)
        #expect(refusal(insecure, 0) == "")
        #expect(!insecure.requiresClientKeys)
    }

    @Test(
        "a token that could be guessed, or sent wrong, is refused and not repeated",
        arguments: [
            "short-SECRET", "a SECRET with spaces", "SECRET-with-ümlauts-in-it",
        ]
    )
    func badToken(token: String) {
        let text = message { _ = try settings("127.0.0.1", token: token) }
        #expect(text.contains("ADMIN_TOKEN"))
        #expect(!text.contains("SECRET"))
    }

    @Test("an empty token is none")
    func noToken() throws {
        #expect(try settings("127.0.0.1", token: "").adminToken == nil)
    }

    @Test("a token is borne by Bearer in any case of letters, and by nothing else")
    func bearer() throws {
        let token = try AdminToken(Self.token, setting: "ADMIN_TOKEN")
        for value in ["Bearer \(Self.token)", "bearer \(Self.token)", "BEARER  \(Self.token) "] {
            #expect(token.isBorne(by: value), "\(value)")
        }
        for value in [
            "", "Bearer", "Bearer ", Self.token, "Basic \(Self.token)", "Bearer \(Self.token)0",
            "Bearer \(Self.token.dropLast())", "Bearer \(Self.token.uppercased())",
        ] {
            #expect(!token.isBorne(by: value), "\(value)")
        }
    }
}
