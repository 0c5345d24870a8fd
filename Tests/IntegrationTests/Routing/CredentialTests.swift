import Foundation
import ProxyRuntime
import Recorder
import Replayer
import TestSupport
import Testing

/// Whose credentials reach the upstream, and that no other does.
@Suite("Credentials on the way upstream", .timeLimit(.minutes(5)))
struct CredentialTests {
    private static let apiKey = RoutingSample.key("team-a")
    private static let token = "sk-ant-oat01-" + String(repeating: "Tk5", count: 25) + "-AA"
    private static let ok = RawUpstream.Reply.text("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    /// What a client sends, and the one line that goes upstream in its place.
    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var credential = CredentialTests.apiKey
        var auth: Account.Auth?
        var client: [String]
        var upstream: String
        var testDescription: String { name }
    }

    private static let clientKey = "x-api-key: client-secret-1"
    private static let clientToken = "Authorization: Bearer client-secret-2"

    static let rows: [Row] = [
        Row(name: "no credential", client: [], upstream: "x-api-key: \(apiKey)"),
        Row(name: "a key", client: [clientKey], upstream: "x-api-key: \(apiKey)"),
        Row(name: "a token", client: [clientToken], upstream: "Authorization: Bearer \(apiKey)"),
        Row(name: "both", client: [clientKey, clientToken], upstream: "x-api-key: \(apiKey)"),
        Row(
            name: "both, twice",
            client: [clientToken, clientKey, clientKey],
            upstream: "Authorization: Bearer \(apiKey)"
        ),
        Row(
            name: "OAuth for a key",
            credential: token,
            client: [clientKey],
            upstream: "authorization: Bearer \(token)"
        ),
        Row(
            name: "OAuth for a token",
            credential: token,
            client: [clientToken],
            upstream: "Authorization: Bearer \(token)"
        ),
        Row(name: "OAuth for nothing", credential: token, client: [], upstream: "authorization: Bearer \(token)"),
        Row(name: "bearer is set", auth: .bearer, client: [clientKey], upstream: "authorization: Bearer \(apiKey)"),
        Row(name: "x-api-key is set", auth: .xAPIKey, client: [clientToken], upstream: "x-api-key: \(apiKey)"),
    ]

    @Test("one credential goes upstream, the account's, in the header that it belongs in", arguments: rows)
    func replaces(_ row: Row) async throws {
        var account = Account(name: "team-a", credential: Credential(row.credential))
        account.auth = row.auth
        let accounts = [account]
        try await RawUpstream.run([Self.ok]) { upstream, port in
            try await ProxyUnderTest.run(
                upstream: "http://127.0.0.1:\(port)",
                { StoreSample.add(accounts, to: $0.layout) }
            ) { proxy in
                let lines = row.client + ["Cookie: session=client-secret-3", "anthropic-version: 2023-01-01"]
                let answer = try await proxy.answer(to: post(lines: lines))
                #expect(answer.status == 200)
                let sent = try #require(upstream.requests.first)
                #expect(!sent.contains("client-secret"))
                #expect(!sent.lowercased().contains("cookie"))
                let head = sent.components(separatedBy: "\r\n\r\n")[0].components(separatedBy: "\r\n")
                let credentials = head.filter { line in
                    ["x-api-key:", "authorization:"].contains { line.lowercased().hasPrefix($0) }
                }
                #expect(credentials == [row.upstream])
                #expect(head.filter { $0.hasPrefix("anthropic-version:") } == ["anthropic-version: 2023-01-01"])
                let attempt = try #require(try proxy.recorded(answer)?.exchange.attempts.first)
                #expect(attempt.changes == ["the client's cookies kept back"])
                let name = String(row.upstream.prefix { $0 != ":" })
                let scheme = row.upstream.contains("Bearer") ? "Bearer " : ""
                let recorded = try #require(attempt.request.headers.first(name))
                #expect(recorded.hasPrefix(scheme + "***masked:anthropic"), "\(recorded)")
                #expect(!answer.head.contains("sk-ant") && !answer.text.contains("sk-ant"))
            }
        }
    }

    @Test("a missing anthropic-version is added, and listed among the changes")
    func version() async throws {
        let change: (inout ProxySettings) -> Void = {
            $0.accountsEnvironment = AccountsEnvironment(RoutingSample.environment(["team-a"]))
        }
        try await RawUpstream.run([Self.ok]) { upstream, port in
            try await ProxyUnderTest.run(upstream: "http://127.0.0.1:\(port)", change) { proxy in
                let answer = try await proxy.answer(to: post())
                #expect(upstream.requests.first?.contains("\r\nanthropic-version: 2023-06-01\r\n") == true)
                let attempt = try #require(try proxy.recorded(answer)?.exchange.attempts.first)
                #expect(attempt.changes == ["anthropic-version 2023-06-01 added, as the client named none"])
                #expect(attempt.request.headers.first("anthropic-version") == "2023-06-01")
                #expect(try proxy.recorded(answer)?.exchange.request.headers.first("anthropic-version") == nil)
            }
        }
    }

    @Test("without accounts the key of this proxy stays here, and other credentials go on")
    func clientKeyStays() async throws {
        try await RawUpstream.run([Self.ok]) { upstream, port in
            let key = ClientKey.random()
            try await ProxyUnderTest.run(
                upstream: "http://127.0.0.1:\(port)",
                { StoreSample.add(key, of: "alice", to: $0.layout) }
            ) { proxy in
                for lines in [
                    ["x-api-key: \(key)", "Authorization: Bearer own-token-1"],
                    ["Authorization: Bearer \(key)", "X-Api-Key: own-key-2"],
                    ["x-api-key: \(key)"],
                ] {
                    let answer = try await proxy.answer(to: post(lines: lines))
                    #expect(answer.status == 200)
                    #expect(try proxy.recorded(answer)?.exchange.clientKey == "alice")
                }
                let sent = upstream.requests
                #expect(sent.allSatisfy { !$0.contains("ccf_") })
                #expect(sent[0].contains("\r\nAuthorization: Bearer own-token-1\r\n"))
                #expect(sent[1].contains("\r\nX-Api-Key: own-key-2\r\n"))
                #expect(!sent[2].lowercased().contains("x-api-key"))
                #expect(!sent[2].contains("anthropic-version"))
            }
        }
    }
}
