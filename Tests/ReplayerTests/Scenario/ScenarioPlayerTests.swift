import Foundation
import Recorder
import Synchronization
import Testing

@testable import Replayer

struct ScenarioPlayerTests {
    /// A clock that stands still until it is told to go.
    private final class HandClock: Sendable {
        // 2026-11-20T10:00:00Z
        private let time = Mutex(Timestamp(microseconds: 1_795_168_800_000_000))
        func now() -> Timestamp { time.withLock { $0 } }
        func go(seconds: Int64) { time.withLock { $0 = $0.advanced(byMicroseconds: seconds * 1_000_000) } }
    }

    private static let unified = "anthropic-ratelimit-unified-"

    @Test("an empty bucket refuses until enough has flowed in, and every answer tells what is left")
    func playsTokenBuckets() throws {
        let clock = HandClock()
        let player = try player(
            clock,
            """
            accounts:
              - {name: a, key: sk-a, requests_per_minute: 2, input_tokens_per_minute: 6000}
              - {name: b, key: "sk-b*", requests_per_minute: 2}
            rules: [{message: {text: Hi, input_tokens: 3000, output_tokens: 5}}]
            """
        )
        let first = ask(player, 1, key: "sk-a")
        #expect(first.hasPrefix("HTTP/1.1 200 "))
        #expect(first.contains("anthropic-ratelimit-requests-limit: 2\r\n"))
        #expect(first.contains("anthropic-ratelimit-requests-remaining: 1\r\n"))
        #expect(first.contains("anthropic-ratelimit-requests-reset: 2026-11-20T10:00:30Z\r\n"))
        #expect(first.contains("anthropic-ratelimit-input-tokens-remaining: 3000\r\n"))
        #expect(!first.contains("output-tokens"))
        #expect(ask(player, 2, key: "sk-a").hasPrefix("HTTP/1.1 200 "))
        let third = ask(player, 3, key: "sk-a")
        #expect(third.hasPrefix("HTTP/1.1 429 "))
        #expect(third.contains("retry-after: 30\r\n"))
        #expect(third.contains("anthropic-ratelimit-requests-remaining: 0\r\n"))
        #expect(third.contains("\"rate_limit_error\""))
        // Another account has buckets of its own, and a key of none is refused.
        #expect(ask(player, 4, key: "sk-b7").hasPrefix("HTTP/1.1 200 "))
        #expect(ask(player, 5, key: "sk-c").hasPrefix("HTTP/1.1 401 "))
        clock.go(seconds: 30)
        #expect(ask(player, 6, key: "sk-a").hasPrefix("HTTP/1.1 200 "))
    }

    @Test("windows warn, reject until their reset, and name the one that binds")
    func playsWindows() throws {
        let clock = HandClock()
        let player = try player(
            clock,
            """
            accounts:
              - key: k
                windows: {5h: {limit: 100, used: 80, resets_in_s: 3600}, 7d: {limit: 1000, used: 410}}
            rules: [{message: {text: Hi, input_tokens: 10, output_tokens: 10}}]
            """
        )
        let warned = ask(player, 1, key: "k")
        #expect(warned.hasPrefix("HTTP/1.1 200 "))
        for line in [
            "status: allowed_warning", "5h-status: allowed_warning", "5h-utilization: 0.8",
            "5h-surpassed-threshold: 0.75", "5h-reset: 1795172400", "7d-status: allowed", "7d-utilization: 0.41",
            "7d-reset: 1795773600", "representative-claim: five_hour", "reset: 1795172400", "fallback-percentage: 0.5",
        ] {
            #expect(warned.contains("\(Self.unified)\(line)\r\n"), "\(line) in \(warned)")
        }
        clock.go(seconds: 600)
        let refused = ask(player, 2, key: "k")
        #expect(refused.hasPrefix("HTTP/1.1 429 "))
        #expect(refused.contains("retry-after: 3000\r\n"))
        #expect(refused.contains("\(Self.unified)status: rejected\r\n"))
        #expect(refused.contains("\(Self.unified)5h-utilization: 1.0\r\n"))
        clock.go(seconds: 3000)
        let renewed = ask(player, 3, key: "k")
        #expect(renewed.hasPrefix("HTTP/1.1 200 "))
        #expect(renewed.contains("\(Self.unified)5h-utilization: 0.0\r\n"))
        #expect(renewed.contains("\(Self.unified)5h-reset: 1795190400\r\n"))
        #expect(renewed.contains("\(Self.unified)representative-claim: seven_day\r\n"))
    }

    @Test(
        "an error has the status and the signs of its kind",
        arguments: [
            ("429 windowless", 429, "x-should-retry: true\r\n", "anthropic-ratelimit"),
            ("429 throttle", 429, "retry-after: 7\r\n", "anthropic-ratelimit"),
            ("429 account_quota", 429, "anthropic-ratelimit-unified-5h-status: rejected\r\n", "7d_oi"),
            ("429 model_quota", 429, "anthropic-ratelimit-unified-7d_oi-status: rejected\r\n", "-5h-status: rejected"),
            ("429 spend_cap", 429, "\"error_code\":\"enforced_spend_limit_reached\"", "retry-after"),
            ("400 spend_cap", 400, "\"You have reached your specified API usage limits", "retry-after"),
            ("429 entitlement", 429, "\"message\":\"Error\"", "x-should-retry"),
            ("429 rate_limit_key", 429, "anthropic-ratelimit-requests-remaining: 0\r\n", "unified"),
            ("529", 529, "\"overloaded_error\"", "retry-after"),
            ("500", 500, "\"api_error\"", "retry-after"),
            ("504", 504, "\"timeout_error\"", "retry-after"),
            ("401", 401, "\"authentication_error\"", "retry-after"),
            ("403 auth", 403, "\"permission_error\"", "retry-after"),
            ("404", 404, "\"not_found_error\"", "retry-after"),
            ("200 rejected", 200, "anthropic-ratelimit-unified-overage-in-use: true\r\n", "rate_limit_error"),
        ]
    )
    func playsAnError(text: String, status: Int, sign: String, missing: String) throws {
        let player = try player(HandClock(), "errors: [\"\(text)\"]\nrules: [{message: {text: Hi}}]")
        let answer = ask(player, 1, key: "k")
        #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
        #expect(answer.contains(sign))
        #expect(!answer.contains(missing))
        #expect(!answer.contains("{now"))
    }

    @Test("an error strikes each n-th request, or with its chance, the same ones for the same seed")
    func countsAndChances() throws {
        let every = try player(HandClock(), "errors: [\"500 every 3\"]\nrules: [{message: {text: Hi}}]")
        #expect(
            (1...7).map { ask(every, $0, key: "k").contains(" 500 ") } == [
                false, false, true, false, false, true, false,
            ]
        )
        func struck(seed: Int) throws -> [Bool] {
            let yaml = "seed: \(seed)\nerrors: [\"529 30%\"]\nrules: [{message: {text: Hi}}]"
            let player = try player(HandClock(), yaml)
            return (1...1000).map { ask(player, $0, key: "k").contains(" 529 ") }
        }
        let first = try struck(seed: 7)
        #expect(try struck(seed: 7) == first)
        #expect(try struck(seed: 8) != first)
        #expect((250...350).contains(first.count { $0 }))
    }

    @Test("an account's own errors strike its requests only")
    func accountErrors() throws {
        let yaml = """
            accounts: [{key: a, errors: ["429 windowless"]}, {key: b}]
            rules: [{message: {text: Hi}}]
            """
        let player = try player(HandClock(), yaml)
        #expect(ask(player, 1, key: "a").hasPrefix("HTTP/1.1 429 "))
        #expect(ask(player, 2, key: "b").hasPrefix("HTTP/1.1 200 "))
    }

    @Test("a fault is addressed by the number of the request")
    func addressesFaults() throws {
        let yaml = "faults: [{request: 2, after_head: true, action: reset}]\nrules: [{message: {text: Hi}}]"
        let player = try player(HandClock(), yaml)
        let endings = (1...3).map { player.steps(answering: request($0, key: "k")).last }
        #expect(endings.map { $0 == .reset } == [false, true, false])
    }

    @Test("the same seed draws the same delays")
    func drawsDelays() throws {
        func pauses(seed: Int) throws -> [AnswerStep] {
            let yaml = """
                seed: \(seed)
                rules:
                  - events: [{data: a, repeat: 3}]
                    pace: {head_ms: {lognormal: [400, 0.5]}, event_ms: {uniform: [20, 80]}, split: 9, write_ms: {exponential: 5}}
                """
            return try player(HandClock(), yaml).steps(answering: request(1, key: "k"))
        }
        let first = try pauses(seed: 1)
        #expect(try pauses(seed: 1) == first)
        #expect(try pauses(seed: 2) != first)
        #expect(first.contains { if case .pause(let time) = $0 { time > .zero } else { false } })
    }

    private func player(_ clock: HandClock, _ yaml: String) throws -> ScenarioPlayer {
        ScenarioPlayer(try Scenario(yaml: yaml, file: "x.yaml"), now: { clock.now() })
    }

    private func request(_ index: Int, key: String) -> ReceivedRequest {
        var request = ReceivedRequest.sample(headers: [ScriptedHeader("X-Api-Key", key)])
        request.index = index
        return request
    }

    private func ask(_ player: ScenarioPlayer, _ index: Int, key: String) -> String {
        player.steps(answering: request(index, key: key)).reduce(into: "") { text, step in
            if case .write(let bytes) = step { text += String(decoding: bytes, as: UTF8.self) }
        }
    }
}
