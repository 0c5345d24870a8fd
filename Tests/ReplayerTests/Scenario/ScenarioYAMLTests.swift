import Foundation
import Testing

@testable import Replayer

struct ScenarioYAMLTests {
    @Test func readsEveryKeyOfARule() throws {
        let scenario = try Scenario(
            yaml: """
                name: all
                idle_close_ms: 250
                expect_continue: false
                rules:
                  - name: one
                    when:
                      method: POST
                      path: /v1/messages
                      query: beta=true
                      model: claude-*
                      stream: true
                      headers: {x-a: b}
                      contains: [x, y]
                    times: 2
                    status: 207
                    headers:
                      - X-Case: Kept
                      - x-case: again
                    message:
                      text: Hi
                      model: m
                      input_tokens: 1
                      output_tokens: 2
                      cache_read: 3
                      cache_write_5m: 4
                      cache_write_1h: 5
                      tool: {name: t, id: toolu_1, input: {a: 1, b: "1", c: [true, null, 1.50, x], d: {}}}
                      stop_reason: max_tokens
                      delta_size: 6
                    framing: close
                    gzip: true
                    pace: {head_ms: 1, event_ms: 2, split: 3, write_ms: 4}
                    interim: [{status: 102}, {headers: {link: a}}]
                    fault: {action: stall, stall_ms: 9, inside_event: 2, bytes: 5, delay_ms: 8}
                    close: true
                """,
            file: "all.yaml"
        )
        let message = ScriptedMessage(
            text: "Hi",
            model: "m",
            inputTokens: 1,
            outputTokens: 2,
            cacheRead: 3,
            cacheWrite5m: 4,
            cacheWrite1h: 5,
            tool: ScriptedToolUse(name: "t", input: #"{"a":1,"b":"1","c":[true,null,1.50,"x"],"d":{}}"#, id: "toolu_1"),
            stopReason: "max_tokens",
            deltaSize: 6
        )
        let answer = ScriptedAnswer(
            status: 207,
            headers: [ScriptedHeader("X-Case", "Kept"), ScriptedHeader("x-case", "again")],
            content: .message(message),
            framing: .close,
            gzip: true,
            pace: AnswerPace(
                head: .milliseconds(1),
                event: .milliseconds(2),
                split: 3,
                write: .milliseconds(4)
            ),
            interim: [InterimAnswer(status: 102), InterimAnswer(headers: [ScriptedHeader("link", "a")])],
            fault: Fault(
                .stall(.milliseconds(9)),
                at: .insideEvent(2, bytes: 5),
                delay: .milliseconds(8)
            ),
            closesConnection: true
        )
        let match = RequestMatch(
            method: "POST",
            path: "/v1/messages",
            query: "beta=true",
            model: "claude-*",
            stream: true,
            headers: [ScriptedHeader("x-a", "b")],
            contains: ["x", "y"]
        )
        #expect(scenario.name == "all")
        #expect(scenario.idleClose == .milliseconds(250))
        #expect(!scenario.answersContinue)
        #expect(scenario.rules == [ScenarioRule(name: "one", match: match, times: 2, answer: answer)])
    }

    @Test(arguments: [
        ("json: {a: [1, two], \"n\": \"3\"}", ScriptedAnswer.json(#"{"a":[1,"two"],"n":"3"}"#)),
        ("body: hi\n    content_type: text/plain", .text("hi", contentType: "text/plain")),
        (
            "error: {status: 429, type: rate_limit_error, message: Slow}",
            .error(ScriptedError(status: 429, type: "rate_limit_error", message: "Slow"))
        ),
        (
            "events: [{name: a, data: {x: 1}, delay_ms: 3}, {data: 'b'}, {raw: \": c\\n\\n\", repeat: 2}]",
            .events([
                ScriptedEvent("a", #"{"x":1}"#, delay: .milliseconds(3)), ScriptedEvent(nil, "b"),
                .raw(": c\n\n", repeats: 2),
            ])
        ),
        ("status: 204", ScriptedAnswer(status: 204)),
        ("fault: {action: reset}", .fault(Fault(.reset))),
        ("fault: {action: close, after_head: true}", .fault(Fault(.close, at: .afterHead))),
        ("fault: {action: end, after_event: 3}", .fault(Fault(.end, at: .afterEvent(3)))),
        ("fault: {action: hang, after_bytes: 0}", .fault(Fault(.hang, at: .afterBytes(0)))),
        ("fault: {action: malformed, text: \"HTTP/9\"}", .fault(Fault(.malformed("HTTP/9")))),
    ])
    func readsAnAnswer(yaml: String, expected: ScriptedAnswer) throws {
        let scenario = try Scenario(yaml: "rules:\n  - name: x\n    \(yaml)", file: "x.yaml")
        #expect(scenario.rules == [ScenarioRule(name: "x", answer: expected)])
    }

    @Test(arguments: [
        ("", "x.yaml: the file is empty"),
        ("rules: 7", "x.yaml:1:8: 'rules' must be a list, in the scenario"),
        ("name: x", "x.yaml:1:1: 'rules' is missing, in the scenario"),
        ("rules: [", "x.yaml: line 2: did not find expected node content"),
        ("rules: []\nrules: []", "x.yaml: line 1: key 'rules' comes twice"),
        (
            "rules:\n  - when: {modle: x}",
            """
            x.yaml:2:12: unknown key 'modle' in 'when' \
            (known: contains, headers, method, model, path, query, stream)
            """
        ),
        ("rules:\n  - times: 0", "x.yaml:2:12: 'times' must be a whole number, 1 or more, in a rule"),
        ("rules:\n  - status: 700000", "x.yaml:2:13: 'status' must be a whole number, 200 to 999, in a rule"),
        ("rules:\n  - gzip: yes", "x.yaml:2:11: 'gzip' must be true or false, in a rule"),
        ("rules:\n  - body: [a]", "x.yaml:2:11: 'body' must be text, in a rule"),
        ("rules:\n  - body: a\n    json: b", "x.yaml:2:5: only one of 'body', 'json' can be the answer, in a rule"),
        ("rules:\n  - framing: both", "x.yaml:2:14: 'framing' must be one of length, chunked, close, in a rule"),
        ("rules:\n  - headers: [a]", "x.yaml:2:15: 'headers' must be a mapping or a list of mappings, in a rule"),
        (
            "rules:\n  - headers: {a: \"b\\nc\"}",
            "x.yaml:2:15: a header needs a name and a value of one line each, in a rule"
        ),
        ("rules:\n  - fault: {}", "x.yaml:2:12: 'action' is missing, in 'fault'"),
        ("rules:\n  - fault: {action: stall}", "x.yaml:2:12: a stall needs 'stall_ms', in 'fault'"),
        (
            "rules:\n  - fault: {action: close, after_event: 1, after_bytes: 2}",
            "x.yaml:2:12: only one of after_event, after_bytes can say where, in 'fault'"
        ),
        ("rules:\n  - events: [{name: a}]", "x.yaml:2:14: 'data' or 'raw' is needed, in an event"),
        (
            "rules:\n  - status: 400\n    error: {status: 400, type: a}",
            "x.yaml:2:5: the status of an error stands in 'error', in a rule"
        ),
        (
            "rules:\n  - headers: {a: \"{now+5y}\"}",
            "x.yaml:2:15: '{now+5y}' is no time; write {now+5h}, {now+7s:rfc3339} or {now+10m:http}, in a rule"
        ),
        (
            "seed: -1\nrules: []",
            "x.yaml:1:7: 'seed' must be a whole number, 0 to 18446744073709551615, in the scenario"
        ),
        (
            "errors: [\"429\"]\nrules: []",
            "x.yaml:1:10: a 429 needs its kind, such as '429 throttle', in the scenario"
        ),
        (
            "errors: [\"529 often\"]\nrules: []",
            """
            x.yaml:1:10: unknown kind of error 'often' (known: account_quota, model_quota, throttle, windowless, \
            spend_cap, entitlement, rate_limit_key, overloaded, server_error, auth, invalid_request, rejected), \
            in the scenario
            """
        ),
        ("errors: [\"500 throttle\"]\nrules: []", "x.yaml:1:10: 'throttle' is no kind of 500, in the scenario"),
        (
            "errors: [\"500 130%\"]\nrules: []",
            "x.yaml:1:10: '130%' is no frequency; write '30%' or 'every 5', in the scenario"
        ),
        ("accounts: [{name: a}]\nrules: []", "x.yaml:1:12: 'key' is missing, in an account"),
        (
            "accounts: [{key: a, windows: {6h: {}}}]\nrules: []",
            "x.yaml:1:31: unknown key '6h' in 'windows' (known: 5h, 7d)"
        ),
        ("faults: [{action: reset}]\nrules: []", "x.yaml:1:10: 'request' is missing, in a fault"),
        (
            "rules:\n  - pace: {head_ms: {uniform: [80, 20]}}",
            "x.yaml:2:31: the first number of 'uniform' is the lower one, in 'head_ms'"
        ),
        (
            "rules:\n  - bedrock: [{}]",
            "x.yaml:2:15: one of chunk, exception, message is needed, in a frame"
        ),
    ])
    func refusesAMistakeAndSaysWhere(yaml: String, message: String) {
        let error = #expect(throws: ReplayerError.self) { try Scenario(yaml: yaml, file: "x.yaml") }
        #expect(error?.description == message)
        #expect(error?.code == .invalidScenario)
    }

    @Test func namesAFileThatIsNotThere() {
        let error = #expect(throws: ReplayerError.self) { try Scenario.load(path: "no/such.yaml") }
        #expect(error?.description == "scenario no/such.yaml: there is no such file")
    }

    @Test(arguments: ["first-look", "sdk"])
    func theShippedScenariosAreValid(name: String) throws {
        #expect(try Scenario.load(path: Self.shipped(name)).rules.count >= 7)
    }

    /// What the shipped first look has nothing of.
    private static let wholeUpstream = """
        seed: 7
        accounts:
          - key: sk-*
            requests_per_minute: 5
            windows: {5h: {limit: 100, used: 99, resets_in_s: 60}, 7d: {limit: 1000}}
            errors: ["529 30%", "429 windowless every 5"]
        errors: ["200 rejected 10%"]
        faults: [{request: 3, after_event: 7, action: reset}]
        rules:
          - bedrock: [{message: {text: a}}, {chunk: {a: 1}}, {exception: {type: a, message: b}}]
            headers: {a: "{now+5h}", b: "{now-7s:rfc3339}", c: "{now+10m:http}"}
            pace: {head_ms: {normal: [400, 120]}, event_ms: {exponential: 50}, write_ms: {uniform: [2, 8]}}
        """

    @Test(arguments: [nil, wholeUpstream])
    func damagedTextIsReadOrRefusedButNeverCrashes(text: String?) throws {
        let shipped = try text ?? String(contentsOfFile: Self.shipped("first-look"), encoding: .utf8)
        let original = Array(shipped.utf8)
        var random = SeededRandom(state: 20_261_120)
        var refused = 0
        for _ in 0..<400 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let position = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[position] = UInt8.random(in: 0...127, using: &random)
                case 1: bytes.remove(at: position)
                default: bytes.insert(contentsOf: "[{:&*!|-\"'".utf8.shuffled(using: &random), at: position)
                }
            }
            do {
                _ = try Scenario(yaml: String(decoding: bytes, as: UTF8.self), file: "x.yaml")
            } catch is ReplayerError {
                refused += 1
            }
        }
        #expect(refused > 100)
    }

    private static func shipped(_ name: String) -> String {
        URL(fileURLWithPath: #filePath)
            .appendingPathComponent("../../../../fixtures/scenarios/\(name).yaml").standardized.path
    }
}
