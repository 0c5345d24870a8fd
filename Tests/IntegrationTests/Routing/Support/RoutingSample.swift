import Foundation
import ProxyRuntime
import Recorder
import Replayer
import TestSupport

/// Accounts, requests and scenarios of the routing tests.
enum RoutingSample {
    /// Keys made up here, by account: no such keys were ever given out.
    static func key(_ account: String) -> String {
        let digits = account.utf8.map { String($0, radix: 16) }.joined()
        return "sk-ant-api03-" + String((digits + String(repeating: "Rt7", count: 30)).prefix(80)) + "-AA"
    }

    /// `CLAUDE_API_KEYS` for accounts of these names.
    static func environment(_ accounts: [String]) -> [String: String] {
        ["CLAUDE_API_KEYS": accounts.map { "\($0)=\(key($0))" }.joined(separator: ",")]
    }

    /// The body of a request to create a message.
    static func message(
        stream: Bool = false,
        model: String = "claude-sonnet-4-5-20250929",
        text: String = "Hello"
    ) -> String {
        let begin = #"{"model":"\#(model)","max_tokens":64"# + (stream ? #","stream":true"# : "")
        return begin + #","messages":[{"role":"user","content":"\#(text)"}]}"#
    }

    /// The path of a file of `fixtures/scenarios`.
    static func path(_ name: String) -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return root.appendingPathComponent("fixtures/scenarios/\(name).yaml").path
    }

    /// A file of `fixtures/scenarios`, or only some of its rules.
    static func scenario(_ name: String, rules: [Int]? = nil) throws -> Scenario {
        var scenario = try Scenario.load(path: path(name))
        if let rules { scenario.rules = rules.map { scenario.rules[$0] } }
        return scenario
    }
}

extension ProxyUnderTest {
    /// Runs a proxy with accounts in front of a mock upstream that plays a scenario.
    static func run(
        _ scenario: Scenario,
        accounts: [String],
        _ change: (inout ProxySettings) -> Void = { _ in },
        _ body: (ProxyUnderTest, MockUpstream) async throws -> Void
    ) async throws {
        let withAccounts: (inout ProxySettings) -> Void = {
            $0.accountsEnvironment = AccountsEnvironment(RoutingSample.environment(accounts))
            change(&$0)
        }
        try await run(scenario, withAccounts, body)
    }
}

extension RecordedItem {
    /// The attempts as account, kind and status, such as `team-a account_quota 429`.
    var story: [String] {
        exchange.attempts.map { attempt in
            let status = attempt.response.map { String($0.status) } ?? "-"
            return "\(attempt.account ?? "-") \(attempt.kind.rawValue) \(status)"
        }
    }

    /// When an attempt was over, on the wall clock.
    func end(ofAttempt index: Int) -> Timestamp {
        exchange.startedAt.advanced(byMicroseconds: exchange.attempts[index].endedAt)
    }

    /// Seconds from the end of an attempt to the end of the cool-down that it caused.
    func cooldownSeconds(ofAttempt index: Int) -> Double? {
        exchange.attempts[index].cooldownUntil.map {
            Double($0.microseconds - end(ofAttempt: index).microseconds) / 1e6
        }
    }

    /// The instant that a header of an attempt's answer names in epoch seconds.
    func instant(_ header: String, ofAttempt index: Int) -> Timestamp? {
        exchange.attempts[index].response?.headers.first(header).flatMap { Int64($0) }.map {
            Timestamp(microseconds: $0 * 1_000_000)
        }
    }
}

extension MockUpstream {
    /// The accounts whose keys came, in the order of requests; `?` for none.
    func accounts(of names: [String]) -> [String] {
        received().map { request in
            let credentials = request.values(of: "x-api-key") + request.values(of: "authorization")
            return names.first { name in credentials.contains { $0.contains(RoutingSample.key(name)) } } ?? "?"
        }
    }
}
