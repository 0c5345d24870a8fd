import Testing

@testable import Replayer

struct FirstDifferenceTests {
    private func difference(_ recorded: String, _ received: String, _ rung: MatchRung = .normalised) -> FirstDifference?
    {
        FirstDifference.between(recorded: Array(recorded.utf8), received: Array(received.utf8), at: rung)
    }

    @Test(
        "the first place that differs is named by its path, with both sides",
        arguments: [
            (#"{"a":1}"#, #"{"a":2}"#, "a", "1", "2"),
            (#"{"a":1}"#, #"{"a":"1"}"#, "a", "1", #""1""#),
            (#"{"a":{"b":[{"c":"x"},{"c":"y"}]}}"#, #"{"a":{"b":[{"c":"x"},{"c":"z"}]}}"#, "a.b[1].c", "y", "z"),
            (#"{"b":1,"a":1}"#, #"{"a":2,"b":2}"#, "a", "1", "2"),
            (#"{"a":true}"#, #"{"a":false}"#, "a", "true", "false"),
            (#"{"a":null}"#, #"{"a":{"b": 1}}"#, "a", "null", #"{"b": 1}"#),
            (#"[1]"#, #"[2]"#, "[0]", "1", "2"),
            (#"[]"#, #"{}"#, "body", "[]", "{}"),
            (#""a""#, #""b""#, "body", "a", "b"),
            ("x=1", "x=2", "body", "x=1", "x=2"),
            (#"{"a":1}"#, "x", "body", #"{"a":1}"#, "x"),
        ]
    )
    func theFirstPlaceThatDiffers(recorded: String, received: String, path: String, before: String, now: String) {
        let expected = FirstDifference(path: path, recorded: before, received: now)
        #expect(difference(recorded, received) == expected)
    }

    @Test("what one side does not have is nothing")
    func whatOneSideDoesNotHave() {
        #expect(
            difference(#"{"a":1,"b":2}"#, #"{"a":1}"#) == FirstDifference(path: "b", recorded: "2", received: nil)
        )
        #expect(
            difference(#"{"a":{}}"#, #"{"a":{"c":1,"b":2}}"#)
                == FirstDifference(path: "a.b", recorded: nil, received: "2")
        )
        #expect(difference("[1,2]", "[1]") == FirstDifference(path: "[1]", recorded: "2", received: nil))
        #expect(difference("[1]", "[1,2]") == FirstDifference(path: "[1]", recorded: nil, received: "2"))
        #expect(difference("", "{}") == FirstDifference(path: "body", recorded: nil, received: "{}"))
        #expect(difference("{}", "") == FirstDifference(path: "body", recorded: "{}", received: nil))
    }

    @Test(
        "what the rung ignores is no difference",
        arguments: [
            (#"{"a": 1.0}"#, #"{"a":1}"#, MatchRung.normalised),
            (#"{"b":1,"a":"A"}"#, #"{"a":"\u0041","b":1}"#, .normalised),
            (#"{"metadata":1,"stream":false}"#, #"{"metadata":2}"#, .normalised),
            (#"{"a":{"cache_control":1}}"#, #"{"a":{}}"#, .normalised),
            (#"{"k":"***masked:jwt:00000000***"}"#, #"{"k":"***masked:jwt:11111111***"}"#, .exact),
            ("***email:00000000***", "***email:11111111***", .exact),
            (#"{"metadata":{"user_id":"a"}}"#, #"{"metadata":{"user_id":"b"}}"#, .exact),
            (#"{"max_tokens":1,"a":"2026-11-20 "}"#, #"{"a":"2026-11-21"}"#, .minor),
            (
                #"{"model":"m-20250101","messages":[{"content":"a"},{"content":"c"}]}"#,
                #"{"model":"m","messages":[{"content":"b"},{"content":"c"}],"stream":false}"#, .major
            ),
        ]
    )
    func whatTheRungIgnores(recorded: String, received: String, rung: MatchRung) {
        #expect(difference(recorded, received, rung) == nil)
    }

    @Test("at a loose rung the difference is one that the rung minds")
    func atALooseRung() {
        let recorded = #"{"max_tokens":1,"messages":[{"content":"a 2026-11-20"},{"content":"c"}],"model":"m"}"#
        let received = #"{"max_tokens":2,"messages":[{"content":"b 2026-11-21"},{"content":"d"}],"model":"m"}"#
        #expect(difference(recorded, received, .normalised)?.path == "max_tokens")
        #expect(
            difference(recorded, received, .minor)
                == FirstDifference(path: "messages[0].content", recorded: "a <date>", received: "b <date>")
        )
        #expect(
            difference(recorded, received, .major)
                == FirstDifference(path: "messages[1].content", recorded: "c", received: "d")
        )
        #expect(
            difference(recorded, received.replacing(#""m""#, with: #""n""#), .major)
                == FirstDifference(path: "model", recorded: #""m""#, received: #""n""#)
        )
        #expect(
            difference(recorded, received.replacing(#""m""#, with: #""m","stream":true"#), .major)
                == FirstDifference(path: "stream", recorded: nil, received: "true")
        )
    }

    @Test("requests that are one JSON and not the same bytes differ where the bytes do at rung exact")
    func atRungExact() {
        #expect(
            difference(#"{"a":1}"#, #"{"a": 1}"#, .exact)
                == FirstDifference(path: "body", recorded: #"{"a":1}"#, received: #"{"a": 1}"#)
        )
        #expect(difference(#"{"a":1,"b":1}"#, #"{"a": 1,"b":2}"#, .exact)?.path == "b")
    }

    @Test("long texts are cut to the place that differs")
    func longTextsAreCut() throws {
        let start = String(repeating: "s", count: 500)
        let end = String(repeating: "e", count: 500)
        let found = try #require(difference(#"{"a":"\#(start)X\#(end)"}"#, #"{"a":"\#(start)Y"}"#))
        #expect(
            found.recorded == "…" + String(repeating: "s", count: 24) + "X" + String(repeating: "e", count: 47) + "…"
        )
        #expect(found.received == "…" + String(repeating: "s", count: 24) + "Y")
    }

    @Test(
        "characters are not cut in half, however many bytes or scalars they have",
        arguments: ["ü", "✓", "𝄞", "👩‍👩‍👧‍👦", "e\u{301}\u{302}\u{303}"]
    )
    func charactersAreNotCut(character: String) throws {
        let text = String(repeating: character, count: 300)
        let found = try #require(difference(#"{"a":"\#(text)x\#(text)"}"#, #"{"a":"\#(text)y\#(text)"}"#))
        let recorded = try #require(found.recorded)
        // By scalars: a mark that combines may follow the first.
        #expect(recorded.unicodeScalars.first == "…" && recorded.unicodeScalars.last == "…")
        #expect(recorded.contains("x") && found.received?.contains("y") == true)
        #expect(!recorded.unicodeScalars.contains("\u{FFFD}"))
        #expect(recorded.unicodeScalars.count == 74)
        let whole = try #require(difference(#"{"a":["\#(text)"]}"#, #"{"a":1}"#)?.recorded)
        #expect(whole.hasSuffix("…") && !whole.unicodeScalars.contains("\u{FFFD}") && whole.unicodeScalars.count == 73)
    }

    @Test("bytes that are no text have a difference as well")
    func bytesThatAreNoText() {
        let found = FirstDifference.between(recorded: [0xFF, 0x80], received: [0xFF, 0x81, 0x82], at: .normalised)
        #expect(found?.path == "body")
        #expect(FirstDifference.between(recorded: [0xFF], received: [0xFF], at: .exact) == nil)
    }

    @Test("deep JSON has a difference where it differs, and none where it does not")
    func deepJSON() throws {
        func nested(_ depth: Int, _ inner: String) -> String {
            String(repeating: "[", count: depth) + inner + String(repeating: "]", count: depth)
        }
        #expect(difference(nested(500, "1"), " " + nested(500, "1")) == nil)
        let found = try #require(difference(nested(500, "1"), nested(500, "2")))
        #expect(found.path == String(repeating: "[0]", count: 64))
        #expect(difference(nested(1000, "1"), nested(1000, "2"))?.path == "body")
    }

    @Test("a member's name disturbs no terminal and fills no page")
    func aMembersName() {
        #expect(difference(#"{"a\u001b[2Jü":1}"#, #"{"a\u001b[2Jü":2}"#)?.path == "a??2J?")
        let name = String(repeating: "n", count: 1000)
        #expect(difference(#"{"\#(name)":1}"#, "{}")?.path == String(repeating: "n", count: 40))
    }
}
