import Recorder
import Replayer
import Testing

struct CostTests {
    private func bound(
        _ body: String,
        path: String = "/v1/messages",
        method: String = "POST",
        _ usage: TokenUsage?
    ) throws
        -> CostBound
    {
        var sample = RecordedSample()
        sample.body = Array(body.utf8)
        sample.path = path
        sample.method = method
        guard case .ready(let request) = try ReplayRequest.make(from: sample.recorded, .init()) else {
            throw StoreError(.notRecorded, "not ready")
        }
        return CostBound(request, recorded: usage)
    }

    @Test("the whole prompt counts as written to the cache for an hour, and every token allowed as produced")
    func theWholePromptCountsAsWrittenToTheCache() throws {
        let body = #"{"model":"claude-sonnet-4-5","max_tokens":1000}"#
        let found = try bound(
            body,
            TokenUsage(input: 100, output: 5, cacheRead: 800, cacheWrite5m: 100, cacheWrite1h: 0)
        )
        #expect(found.input == 1000)
        #expect(found.output == 1000)
        // 1000 tokens at 6 dollars a million and 1000 at 15.
        #expect(found.picodollars == 21_000_000_000)
    }

    @Test("without recorded tokens the bytes of the body are the most there can be")
    func withoutRecordedTokensTheBytesAreTheMost() throws {
        let body = #"{"model":"claude-sonnet-4-5","max_tokens":0}"#
        #expect(try bound(body, nil).input == body.utf8.count + 2000)
    }

    @Test(
        "what nobody can bound has no cost, with the reason",
        arguments: [
            (#"{"model":"m","max_tokens":1}"#, "/v1/messages", "model m"),
            (#"{"model":"claude-sonnet-4-5"}"#, "/v1/messages", "max_tokens"),
            ("", "/v1/messages/batches", "batches"),
            (
                #"{"model":"claude-sonnet-4-5","max_tokens":1,"tools":[{"name":"a"},{"type":"web_search_20250305"}]}"#,
                "/v1/messages", "web_search_20250305"
            ),
        ]
    )
    func whatNobodyCanBoundHasNoCost(body: String, path: String, reason: String) throws {
        let found = try bound(body, path: path, nil)
        #expect(found.picodollars == nil)
        #expect(found.unknown?.contains(reason) == true)
    }

    @Test(
        "tokens that nobody can have used are unknown",
        arguments: [
            TokenUsage(input: .max, cacheRead: .max, cacheWrite5m: .max), TokenUsage(input: -5),
            TokenUsage(input: 10, cacheRead: -1), TokenUsage(input: 1_000_000_001),
            TokenUsage(input: nil, cacheRead: 5),
        ]
    )
    func tokensThatNobodyCanHaveUsedAreUnknown(usage: TokenUsage) throws {
        let body = #"{"model":"claude-sonnet-4-5","max_tokens":0}"#
        #expect(try bound(body, usage).input == body.utf8.count + 2000)
    }

    @Test("a prompt is never taken for less than one token in sixteen bytes, images aside")
    func aPromptIsNeverTakenForLess() throws {
        let text = String(repeating: "a", count: 160_000)
        let head = #"{"model":"claude-sonnet-4-5","max_tokens":0,"messages":[{"role":"user","content":"#
        let found = try bound(head + "\"\(text)\"}]}", TokenUsage(input: 1))
        #expect((10_000...10_010).contains(found.input))
        let image = #"[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"\#(text)"}}]}]}"#
        #expect(try bound(head + image, TokenUsage(input: 1500)).input == 1500)
    }

    @Test("an image has 5000 tokens at most, however many bytes it has")
    func anImageHas5000TokensAtMost() throws {
        func body(_ data: String) -> String {
            let image = #"{"type":"image","source":{"type":"base64","media_type":"image/png","data":"\#(data)"}}"#
            return #"{"model":"claude-sonnet-4-5","max_tokens":0,"messages":[{"role":"user","content":["#
                + #"{"type":"tool_result","tool_use_id":"t","content":[\#(image)]},\#(image)]}]}"#
        }
        let bytes = body("").utf8.count
        #expect(try bound(body(""), nil).input == bytes + 2000 + 10_000)
        #expect(try bound(body(String(repeating: "A", count: 30_000)), nil).input == bytes + 2000 + 10_000)
    }

    @Test("what only looks like an image, in a tool's input, counts with its bytes")
    func whatOnlyLooksLikeAnImageCountsWithItsBytes() throws {
        let data = String(repeating: "A", count: 30_000)
        let body =
            #"{"model":"claude-sonnet-4-5","max_tokens":0,"messages":[{"role":"assistant","content":[{"type":"tool_use","input":"#
            + #"{"type":"image","source":{"type":"base64","data":"\#(data)"}}}]}]}"#
        #expect(try bound(body, nil).input == body.utf8.count + 2000 + 5000)
    }

    @Test(
        "a prompt that is not all in the body has a known cost only where the recorded answer told it",
        arguments: [
            #"[{"type":"image","source":{"type":"url","url":"https://a.example/a.png"}}]"#,
            #"[{"type":"document","source":{"type":"file","file_id":"f"}}]"#,
            #"[{"type":"tool_result","content":[{"type":"image","source":{"type":"file","file_id":"f"}}]}]"#,
            #"[{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"AAAA"}}]"#,
            #"[{"type":"container_upload","file_id":"f"}]"#,
            #"[{"type":"document","source":{"type":"content","content":[{"type":"image","source":{"type":"url"}}]}}]"#,
        ]
    )
    func aPromptThatIsNotAllInTheBody(content: String) throws {
        let body =
            #"{"model":"claude-sonnet-4-5","max_tokens":1,"messages":[{"role":"user","content":\#(content)}]}"#
        let unknown = try bound(body, nil)
        #expect(unknown.picodollars == nil)
        #expect(unknown.unknown?.contains("not in the body") == true)
        #expect(try bound(body, TokenUsage(input: 500)).picodollars != nil)
    }

    @Test("a text document counts with its bytes")
    func aTextDocumentCountsWithItsBytes() throws {
        let body =
            #"{"model":"claude-sonnet-4-5","max_tokens":1,"messages":[{"role":"user","content":[{"type":"document","#
            + #""source":{"type":"text","media_type":"text/plain","data":"a"}}]}]}"#
        #expect(try bound(body, nil).picodollars != nil)
    }

    @Test("the tools that the client runs cost nothing; what any other costs is unknown")
    func theToolsThatTheClientRunsCostNothing() throws {
        func cost(_ tool: String) throws -> Int64? {
            try bound(#"{"model":"claude-sonnet-4-5","max_tokens":1,"tools":[\#(tool)]}"#, nil).picodollars
        }
        for type in [
            "", #""type":"custom","#, #""type":null,"#, #""type":"bash_20250124","#, #""type":"text_editor_20250728","#,
            #""type":"computer_20250124","#, #""type":"memory_20250818","#,
        ] {
            #expect(try cost("{\(type)\"name\":\"a\"}") != nil, "\(type)")
        }
        for type in ["web_fetch_20250910", "code_execution_20250825", "something_new", "bash"] {
            #expect(try cost(#"{"type":"\#(type)","name":"a"}"#) == nil, "\(type)")
        }
        #expect(try cost(#"{"type":7,"name":"a"}"#) == nil)
    }

    @Test(
        "what the upstream adds to a request makes its cost unknown",
        arguments: [
            #""mcp_servers":[{"type":"url","url":"https://a.example"}]"#, #""container":{"skills":[{"skill_id":"a"}]}"#,
            #""context_management":{"edits":[{"type":"compact_20260112"}]}"#,
        ]
    )
    func whatTheUpstreamAddsMakesTheCostUnknown(member: String) throws {
        let body = #"{"model":"claude-sonnet-4-5","max_tokens":1,\#(member)}"#
        #expect(try bound(body, TokenUsage(input: 1)).picodollars == nil)
    }

    @Test(
        "a path that something on the way may read as another one is not free",
        arguments: ["/v1/messages%23/messages/count_tokens", "/v1/messages;/messages/count_tokens"]
    )
    func aPathThatMayBeReadAsAnotherIsNotFree(path: String) throws {
        #expect(try bound("{}", path: path, nil) != .free)
    }

    @Test("the tokens are those of the recorded answer, whatever its row says")
    func theTokensAreThoseOfTheRecordedAnswer() throws {
        var sample = RecordedSample()
        sample.answer = #"{"type":"message","model":"m","usage":{"input_tokens":700,"output_tokens":1}}"#
        let recorded = sample.recorded
        var summary = recorded.summary
        summary.tokens = TokenUsage(input: 1)
        let row = RecordedExchange(exchange: recorded.exchange, summary: summary, bodies: recorded.bodies)
        #expect(CostBound.reported(by: row)?.input == 700)
        sample.status = 500
        #expect(CostBound.reported(by: sample.recorded) == nil)
    }

    @Test("a ledger of absurd sums lets nothing more out")
    func aLedgerOfAbsurdSums() {
        var ledger = CostLedger(limit: .max)
        let first = [10, .max - 10].map { ledger.reserve($0) }
        #expect(first == [true, true])
        ledger.settle(10, actual: .max)
        let second = ledger.reserve(1)
        #expect(!second)
        #expect(ledger.spent >= .max / 2)
    }

    @Test("what no model answers is free")
    func whatNoModelAnswersIsFree() throws {
        #expect(try bound("", path: "/v1/models", method: "GET", nil) == .free)
        #expect(try bound("{}", path: "/v1/messages/count_tokens", nil) == .free)
    }

    @Test("a stream costs what it says at its end, and nobody knows what without that")
    func aStreamCostsWhatItSaysAtItsEnd() {
        let start = """
            event: message_start\ndata: {"type":"message_start","message":{"type":"message","model":"claude-sonnet-4-5",\
            "usage":{"input_tokens":1000,"output_tokens":1}}}\n\n
            """
        let delta = #"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":100}}"#
        let final = "event: message_delta\ndata: \(delta)\n\n"
        let stop = "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"
        func cost(_ stream: String) -> Int64? {
            AnswerFacts(
                status: 200,
                headers: HeaderBlock([HeaderField("content-type", "text/event-stream")]),
                body: Array(stream.utf8),
                ending: .complete
            ).cost
        }
        // 1000 tokens at 3 dollars a million and 100 at 15.
        #expect(cost(start + final + stop) == 4_500_000_000)
        #expect(cost(start) == nil)
        #expect(cost(start + stop) == nil)
        #expect(cost(start + final) == nil)
    }

    @Test("an answer with counts that can't be has no cost")
    func anAnswerWithCountsThatCannotBeHasNoCost() {
        func cost(_ input: Int) -> Int64? {
            let usage = #"{"input_tokens":\#(input),"output_tokens":1}"#
            let body = #"{"type":"message","model":"claude-sonnet-4-5","content":[],"usage":\#(usage)}"#
            return AnswerFacts(
                status: 200,
                headers: HeaderBlock([HeaderField("content-type", "application/json")]),
                body: Array(body.utf8),
                ending: .complete
            ).cost
        }
        #expect(cost(1000) == 3_015_000_000)
        #expect(cost(1_000_000_001) == nil)
        #expect(cost(.max) == nil)
    }

    @Test("a ledger never lets more be on its way than is left")
    func aLedgerNeverLetsMoreBeOnItsWay() {
        var ledger = CostLedger(limit: 100)
        let first = [60, 41, 40].map { ledger.reserve($0) }
        #expect(first == [true, false, true])
        ledger.settle(60, actual: 10)
        ledger.settle(40, actual: nil)
        #expect(ledger.spent == 50)
        #expect(ledger.reserved == 0)
        let second = [51, .max, -1, 50].map { ledger.reserve($0) }
        #expect(second == [false, false, false, true])
    }
}
