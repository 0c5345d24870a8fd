import Recorder
import Replayer
import Testing

struct AnswerComparisonTests {
    private func message(
        text: String = "one two three four five six seven eight nine ten",
        id: String = "msg_1",
        stop: String = "end_turn",
        tools: String = "",
        output: Int = 20
    ) -> String {
        let text = #"{"type":"text","text":"\#(text)"}"#
        return #"{"id":"\#(id)","type":"message","model":"m","content":[\#(text)\#(tools)],"#
            + #""stop_reason":"\#(stop)","usage":{"input_tokens":12,"output_tokens":\#(output)}}"#
    }

    private func facts(
        _ body: String,
        status: Int? = 200,
        type: String = "application/json",
        _ ending: Ending = .complete
    )
        -> AnswerFacts
    {
        AnswerFacts(
            status: status,
            headers: HeaderBlock([HeaderField("content-type", type)]),
            body: Array(body.utf8),
            ending: ending
        )
    }

    private func compare(_ recorded: AnswerFacts, _ replayed: AnswerFacts) -> (AnswerRung, [String]) {
        let comparison = AnswerComparison(recorded: recorded, replayed: replayed)
        return (comparison.rung, comparison.differences.map(\.name))
    }

    @Test("the same bytes are exact, also where each side has its own tags")
    func theSameBytesAreExact() {
        let old = facts(message(text: "***masked:aws:00112233*** and ***email:00112233***"))
        let new = facts(message(text: "***masked:aws:8899aabb*** and ***email:8899aabb***"))
        #expect(compare(old, new) == (.exact, []))
        #expect(compare(old, facts(message(text: "***masked:github:8899aabb*** and ***email:8899aabb***"))).0 == .major)
    }

    @Test("a stream that broke is one, whether the proxy between passed a reset on or an end")
    func brokenStream() {
        let old = facts("event: ping\n\n", type: "text/event-stream", .reset)
        #expect(compare(old, facts("event: ping\n\n", type: "text/event-stream", .truncated)) == (.exact, []))
        #expect(
            compare(old, facts("event: ping\n\n", type: "text/event-stream", .complete)) == (.major, ["ending"])
        )
    }

    @Test("a count of tokens that nothing can hold is unknown")
    func absurdTokens() {
        let usage = #""usage":{"input_tokens":9223372036854775807,"cache_read_input_tokens":1,"output_tokens":2}}"#
        let new = facts(#"{"type":"message","model":"m","content":[],"stop_reason":"end_turn",\#(usage)"#)
        let old = facts(#"{"type":"message","model":"m","content":[],"stop_reason":"end_turn"}"#)
        let comparison = AnswerComparison(recorded: old, replayed: new)
        #expect(comparison.differences.map(\.name) == ["tokens"])
        #expect(comparison.differences.first?.replayed == "1 in 2 out")
    }

    @Test("ids, white space, the order of members and the cut of a stream make no difference")
    func idsWhiteSpaceAndTheCutOfAStreamMakeNoDifference() {
        let tool = #",{"type":"tool_use","id":"toolu_1","name":"Bash","input":{"a":1,"b":[2, "x"]}}"#
        let other = #",{"id":"toolu_2","name":"Bash","input":{"b":[2,"x"],"a":1},"type":"tool_use"}"#
        #expect(compare(facts(message(tools: tool)), facts(message(id: "msg_2", tools: other))) == (.normalised, []))
        #expect(compare(facts(message(text: "a b")), facts(message(text: #"a \n b "#))) == (.normalised, []))
        #expect(
            compare(facts(stream: stream(["a b ", "c"])), facts(stream: stream(["a", " b c"], pings: true))).0
                == .normalised
        )
        #expect(
            compare(facts(#"{"id":"1","at":"2026-11-20T10:00:00Z"}"#), facts(#"{"at":"2026-11-21T10:00:00Z"}"#)).0
                == .normalised
        )
    }

    private func stream(_ texts: [String], pings: Bool = false, tool: [String] = [], end: String? = nil) -> String {
        var events = [#"{"type":"message_start","message":{"id":"m","model":"m","usage":{"input_tokens":3}}}"#]
        events.append(#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#)
        if pings { events.append(#"{"type": "ping"}"#) }
        events += texts.map {
            #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"\#($0)"}}"#
        }
        if !tool.isEmpty {
            let block = #"{"type":"tool_use","id":"t","name":"Read","input":{}}"#
            events.append(#"{"type":"content_block_start","index":1,"content_block":\#(block)}"#)
            events += tool.map {
                #"{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"\#($0)"}}"#
            }
        }
        events.append(
            end
                ?? #"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":5}}"#
        )
        return events.map { "data: \($0)\n\n" }.joined()
    }

    private func facts(stream: String, _ ending: Ending = .complete) -> AnswerFacts {
        facts(stream, type: "text/event-stream; charset=utf-8", ending)
    }

    @Test("a stream and a whole body are read alike, tools put together from their pieces")
    func aStreamAndAWholeBodyAreReadAlike() {
        let facts = facts(stream: stream(["Hel", "lo"], tool: ["", #"{\"a\""#, ": 1}"]))
        #expect(facts.text == "Hello")
        #expect(facts.tools == ["Read"])
        #expect(facts.toolInputs == [#"{"a":1}"#])
        #expect(facts.stopReason == "end_turn")
        #expect(facts.tokens == TokenUsage(input: 3, output: 5))
    }

    @Test("a little other text or other tokens are minor, much is major")
    func aLittleOtherTextIsMinor() {
        let words = (1...40).map { "w\($0)" }
        let old = facts(message(text: words.joined(separator: " ")))
        let close = facts(message(text: (words.dropLast() + ["other"]).joined(separator: " ")))
        let far = facts(message(text: words.prefix(20).joined(separator: " ")))
        #expect(compare(old, close) == (.minor, ["text"]))
        #expect(compare(old, far) == (.major, ["text"]))
        #expect(compare(facts(message()), facts(message(output: 21))) == (.minor, ["tokens"]))
        let bash = #",{"type":"tool_use","id":"t","name":"Bash","input":{"a":1}}"#
        let other = #",{"type":"tool_use","id":"t","name":"Bash","input":{"a":2}}"#
        #expect(compare(facts(message(tools: bash)), facts(message(tools: other))) == (.minor, ["tool input"]))
    }

    @Test("another status, error, ending, stop reason or tool is major")
    func anotherOutcomeIsMajor() {
        let ok = facts(message())
        let limit = #"{"type":"error","error":{"type":"rate_limit_error","message":"slow"},"request_id":"r"}"#
        let other = limit.replacing("rate_limit_error", with: "overloaded_error")
        let bash = #",{"type":"tool_use","id":"t","name":"Bash","input":{}}"#
        #expect(compare(ok, facts(limit, status: 429)) == (.major, ["status", "error", "stop", "text", "tokens"]))
        #expect(compare(facts(limit, status: 429), facts(other, status: 429)) == (.major, ["error"]))
        #expect(compare(ok, facts(message(), .truncated)) == (.major, ["ending"]))
        #expect(compare(ok, facts(message(stop: "max_tokens"))) == (.major, ["stop"]))
        #expect(compare(ok, facts(message(tools: bash))).1.contains("tools"))
        #expect(
            compare(facts(limit, status: 429), facts(limit.replacing(#""r""#, with: #""q""#), status: 429)).0
                == .normalised
        )
    }

    @Test("a stream with an error event ended in it, whatever followed")
    func aStreamWithAnErrorEventEndedInIt() {
        let error = #"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#
        let old = facts(stream: stream(["a"], end: error), .truncated)
        let new = facts(stream: stream(["a"], end: error), .complete)
        #expect(old.ending == .errorEvent)
        #expect(old.errorType == "overloaded_error")
        #expect(compare(old, new) == (.exact, []))
        #expect(compare(facts(stream: stream(["a"])), new).1.prefix(2) == ["error", "ending"])
    }

    @Test("no answer is unmatched, unless there was none when it was recorded")
    func noAnswerIsUnmatched() {
        let none = AnswerFacts(status: nil, body: nil, ending: .reset)
        #expect(compare(facts(message()), none).0 == .unmatched)
        #expect(compare(none, none).0 == .normalised)
        #expect(compare(none, AnswerFacts(status: nil, body: nil, ending: .timeout)).0 == .unmatched)
        #expect(compare(none, facts(message())).0 == .major)
    }

    @Test("a client that left is held to nothing it did not see")
    func aClientThatLeftIsHeldToNothingItDidNotSee() {
        let whole = facts(stream: stream(["a b", " c d"]))
        var events = stream(["a b"]).split(separator: "\n\n").map { "\($0)\n\n" }
        events.removeLast()
        #expect(compare(facts(stream: events.joined(), .clientCancelled), whole) == (.normalised, []))
        #expect(compare(AnswerFacts(status: nil, body: nil, ending: .clientCancelled), whole).0 == .minor)
        #expect(compare(facts(stream: events.joined(), .clientCancelled), facts("{}", status: 500)).0 == .major)
    }

    @Test("a body that was not recorded is a minor difference, as nobody can tell")
    func aBodyThatWasNotRecordedIsAMinorDifference() {
        let old = AnswerFacts(status: 200, body: nil, ending: .complete)
        let plain = facts("<html>", type: "text/html")
        #expect(compare(old, plain) == (.minor, ["body"]))
    }

    @Test("damaged bodies are read as far as they go")
    func damagedBodiesAreReadAsFarAsTheyGo() {
        var random = SeededRandom(state: 3)
        let sound = Array(stream(["Hel", "lo"], tool: ["{}"]).utf8)
        for _ in 0..<500 {
            var bytes = sound
            for _ in 0..<3 {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            bytes = Array(bytes.prefix(.random(in: 0...bytes.count, using: &random)))
            for type in ["text/event-stream", "application/json"] {
                let headers = HeaderBlock([HeaderField("content-type", type)])
                let facts = AnswerFacts(status: 200, headers: headers, body: bytes, ending: .complete)
                #expect(AnswerComparison(recorded: facts, replayed: facts).rung == .exact)
            }
        }
    }
}
