import Foundation
import ProxyRuntime
import Recorder
import TestSupport
import Testing

@Suite("/api/accounts", .timeLimit(.minutes(5)))
struct AccountsPageTests {
    private static let token = "an-admin-token-of-a-test"
    private static let key = "sk-ant-api03-" + String(repeating: "Qv7", count: 20) + "-AA"

    private func request(_ path: String, host: String = "127.0.0.1:1", lines: [String] = []) -> String {
        (["GET \(path) HTTP/1.1", "Host: \(host)"] + lines + ["", ""]).joined(separator: "\r\n")
    }

    private func accounts(_ response: RawResponse) throws -> [[String: Any]] {
        let json = try JSONSerialization.jsonObject(with: Data(response.body)) as? [String: Any]
        return try #require(json?["accounts"] as? [[String: Any]])
    }

    @Test("lists the accounts as the command does, without their keys, and follows changes")
    func lists() async throws {
        let change: (inout ProxySettings) -> Void = {
            $0.accountsEnvironment = AccountsEnvironment(["CLAUDE_API_KEYS": "team-a=\(Self.key)"])
        }
        try await ProxyUnderTest.run(answer: .json("{}"), change) { proxy, _ in
            let answer = try await proxy.answer(to: request("/api/accounts"))
            #expect(answer.status == 200)
            #expect(answer.values("content-type") == ["application/json"])
            #expect(!answer.text.contains("Qv7"))
            let account = try #require(try accounts(answer).first)
            #expect(
                Set(account.keys) == [
                    "name", "source", "provider", "base_url", "priority", "auth", "key_tag", "status", "requests",
                    "last_used", "headroom", "cooldowns", "failing_since",
                ]
            )
            #expect(account["name"] as? String == "team-a")
            #expect(account["source"] as? String == "environment")
            let tag = try #require(account["key_tag"] as? String)
            #expect(tag.wholeMatch(of: #/\*\*\*masked:anthropic:[0-9a-f]{8}\*\*\*/#) != nil)

            let added = Account(name: "team-b", credential: Credential("sk-ant-api03-other"))
            try AccountsFile.edit(in: proxy.layout) { (file) throws(SettingsError) in
                try file.add(added, at: WallClock.now())
                _ = file.pause("team-a", true)
            }
            let changed = try await eventually(within: .seconds(30)) {
                let now = try accounts(try await proxy.answer(to: request("/api/accounts")))
                return now.count == 2 ? now : nil
            }
            #expect(changed?.map { $0["name"] as? String } == ["team-a", "team-b"])
            #expect(changed?.map { $0["status"] as? String } == ["paused", "active"])
        }
    }

    @Test("is kept from pages of the web, whatever the path")
    func rebinding() async throws {
        try await ProxyUnderTest.run(answer: .json("{}")) { proxy, _ in
            for path in ["/api/accounts", "//api/accounts", "/api/nothing", "/api"] {
                let answer = try await proxy.answer(to: request(path, host: "evil.example:8080"))
                #expect(answer.status == 403, "\(path)")
                #expect(answer.values("x-tapedeck-error") == ["host_not_allowed"])
                #expect(answer.text.contains(#""type":"permission_error""#))
            }
            #expect(try await proxy.answer(to: request("/api/nothing")).status == 404)
            #expect(try await proxy.answer(to: request("/health", host: "evil.example")).status == 200)
        }
    }

    @Test("wants ADMIN_TOKEN when it is set, for paths that are nowhere as well")
    func token() async throws {
        let token = try AdminToken(Self.token, setting: "ADMIN_TOKEN")
        try await ProxyUnderTest.run(answer: .json("{}"), { $0.adminToken = token }) { proxy, _ in
            for path in ["/api/accounts", "//api//accounts?x=y", "/api/nothing", "/api"] {
                for lines in [[], ["Authorization: Bearer \(Self.token)0"], ["x-api-key: \(Self.token)"]] {
                    let answer = try await proxy.answer(to: request(path, lines: lines))
                    #expect(answer.status == 401, "\(path) \(lines)")
                    #expect(answer.values("x-tapedeck-error") == ["admin_token_invalid"])
                    #expect(answer.values("www-authenticate") == ["Bearer"])
                    #expect(answer.text.contains(#""type":"authentication_error""#))
                    #expect(!answer.text.contains(Self.token))
                }
            }
            let right = ["authorization: bearer \(Self.token)"]
            #expect(try await proxy.answer(to: request("/api/accounts", lines: right)).text == #"{"accounts":[]}"#)
            #expect(try await proxy.answer(to: request("/api/nothing", lines: right)).status == 404)
            #expect(try await proxy.answer(to: request("/health")).status == 200)
        }
    }
}
