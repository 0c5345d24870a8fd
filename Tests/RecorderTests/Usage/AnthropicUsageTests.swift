import Testing

@testable import Recorder

@Suite("Anthropic usage")
struct AnthropicUsageTests {
    private static let stream = """
        event: message_start
        data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-4-6",\
        "content":[],"stop_reason":null,"usage":{"input_tokens":3,"cache_creation_input_tokens":33153,\
        "cache_read_input_tokens":0,"cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":33153},\
        "output_tokens":7,"service_tier":"standard","inference_geo":"not_available"}}     }

        event: content_block_start
        data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

        event: ping
        data: {"type": "ping"}

        event: content_block_delta
        data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"usage: {\\"input_tokens\\": 9}"}}

        event: content_block_stop
        data: {"type":"content_block_stop","index":0}

        event: message_delta
        data: {"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"input_tokens":3,\
        "cache_creation_input_tokens":33153,"cache_read_input_tokens":0,"output_tokens":97}}

        event: message_stop
        data: {"type":"message_stop"}


        """

    private func usage(_ text: String, size: Int = .max) -> AnthropicUsage {
        var decoder = SSEDecoder()
        var usage = AnthropicUsage()
        let bytes = Array(text.utf8)
        var position = 0
        while position < bytes.count {
            let end = position + min(size, bytes.count - position)
            for event in decoder.feed(bytes[position..<end]) { usage.add(event) }
            position = end
        }
        return usage
    }

    @Test("gathers a whole stream, however it is split", arguments: [1, 100, Int.max])
    func stream(size: Int) {
        let usage = usage(AnthropicUsageTests.stream, size: size)
        #expect(usage.tokens == TokenUsage(input: 3, output: 97, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 33153))
        #expect(usage.model == "claude-sonnet-4-6")
        #expect(usage.stopReason == "tool_use")
        #expect(usage.errorType == nil)
        #expect(usage.sawMessageStop)
        #expect(usage.billing == BillingFacts(serviceTier: "standard", inferenceGeo: "not_available"))
    }

    @Test("keeps what a cut-off stream has reported, and knows that it did not stop")
    func cutOff() {
        let usage = usage(String(AnthropicUsageTests.stream.prefix(900)))
        #expect(usage.tokens == TokenUsage(input: 3, output: 7, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 33153))
        #expect(!usage.sawMessageStop)
        #expect(usage.stopReason == nil)
    }

    /// One usage object after another, as message_start and message_delta bring them, and what comes out.
    static let merges: [(start: String, delta: String, tokens: TokenUsage?)] = [
        ("{}", "{}", nil),
        (
            #"{"input_tokens":1,"output_tokens":2}"#, #"{"input_tokens":null,"output_tokens":5}"#,
            TokenUsage(input: 1, output: 5)
        ),
        (#"{"input_tokens":1,"output_tokens":2}"#, #"{"input_tokens":4}"#, TokenUsage(input: 4, output: 2)),
        (
            #"{"input_tokens":1,"cache_creation_input_tokens":null,"cache_read_input_tokens":null}"#, "{}",
            TokenUsage(input: 1)
        ),
        // A total without a split is written for five minutes.
        (
            #"{"cache_creation_input_tokens":50}"#, #"{"output_tokens":1}"#,
            TokenUsage(output: 1, cacheWrite5m: 50, cacheWrite1h: 0)
        ),
        (
            #"{"cache_creation_input_tokens":50,"cache_creation":null}"#, "{}",
            TokenUsage(cacheWrite5m: 50, cacheWrite1h: 0)
        ),
        // The total grows behind a split: the rest is of five minutes.
        (
            #"{"cache_creation_input_tokens":30,"cache_creation":{"ephemeral_5m_input_tokens":10,"ephemeral_1h_input_tokens":20}}"#,
            #"{"cache_creation_input_tokens":35}"#, TokenUsage(cacheWrite5m: 15, cacheWrite1h: 20)
        ),
        // The passes of the last delta explain the grown total.
        (
            #"{"cache_creation_input_tokens":30,"cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":30}}"#,
            #"{"cache_creation_input_tokens":70,"iterations":[{"type":"message","cache_creation":{"ephemeral_1h_input_tokens":30}},"#
                + #"{"type":"compaction","cache_creation":{"ephemeral_1h_input_tokens":500}},"#
                + #"{"type":"message","cache_creation":{"ephemeral_5m_input_tokens":1,"ephemeral_1h_input_tokens":39}}]}"#,
            TokenUsage(cacheWrite5m: 1, cacheWrite1h: 69)
        ),
        // Nonsense is not taken for a count.
        (#"{"input_tokens":9223372036854775807,"output_tokens":1000000000001}"#, "{}", nil),
        (#"{"input_tokens":-1,"output_tokens":"7","cache_read_input_tokens":1.5}"#, "{}", nil),
        (
            #"{"cache_creation_input_tokens":1000000000000,"cache_creation":{"ephemeral_5m_input_tokens":1,"ephemeral_1h_input_tokens":1000000000000}}"#,
            #"{"iterations":[{"cache_creation":{"ephemeral_5m_input_tokens":1000000000000}},{"cache_creation":{"ephemeral_1h_input_tokens":9}}]}"#,
            TokenUsage(cacheWrite5m: 1, cacheWrite1h: 1_000_000_000_000)
        ),
    ]

    @Test("lets a later field replace an earlier one if it is there and not null", arguments: 0..<merges.count)
    func merging(index: Int) {
        let (start, delta, tokens) = AnthropicUsageTests.merges[index]
        var usage = AnthropicUsage()
        usage.add(name: "message_start", data: Array(#"{"message":{"usage":\#(start)}}"#.utf8))
        usage.add(name: "message_delta", data: Array(#"{"delta":{},"usage":\#(delta)}"#.utf8))
        #expect(usage.tokens == tokens)
    }

    @Test("knows events without a name by their type")
    func unnamed() {
        var usage = AnthropicUsage()
        usage.add(
            name: nil,
            data: Array(#"{"type":"message_start","message":{"model":"m","usage":{"input_tokens":1}}}"#.utf8)
        )
        usage.add(name: nil, data: Array(#"{"type":"content_block_delta","usage":{"input_tokens":5}}"#.utf8))
        usage.add(name: nil, data: Array(#"{"type":"message_stop"}"#.utf8))
        usage.add(name: nil, data: Array("[DONE]".utf8))
        #expect(usage.tokens == TokenUsage(input: 1))
        #expect(usage.model == "m")
        #expect(usage.sawMessageStop)
    }

    @Test("reads an error event")
    func errorEvent() {
        let text =
            "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n"
        #expect(usage(text).errorType == "overloaded_error")
        #expect(usage(text).tokens == nil)
    }

    @Test("reads a message that is no stream")
    func message() {
        var usage = AnthropicUsage()
        usage.add(
            body: Array(
                #"{"type":"message","model":"claude-opus-4-6","stop_reason":"end_turn","content":[{"type":"text","text":"x"}],"#
                    .utf8
            )
                + Array(
                    #""usage":{"input_tokens":500,"output_tokens":200,"server_tool_use":{"web_search_requests":1},"speed":"fast","#
                        .utf8
                ) + Array(#""service_tier":"batch","inference_geo":"us"}}"#.utf8)
        )
        #expect(usage.tokens == TokenUsage(input: 500, output: 200))
        #expect(usage.model == "claude-opus-4-6")
        #expect(usage.stopReason == "end_turn")
        let facts = BillingFacts(serviceTier: "batch", inferenceGeo: "us", speed: "fast", webSearchRequests: 1)
        #expect(usage.billing == facts)
    }

    @Test(
        "reads the type of an error body",
        arguments: [
            (
                #"{"type":"error","error":{"type":"rate_limit_error","message":"m"},"request_id":"req_1"}"#,
                "rate_limit_error"
            ),
            (#"{"error":{"type":"invalid_request_error"},"usage":{"input_tokens":1}}"#, "invalid_request_error"),
            ("<html>413</html>", nil), ("", nil), ("[]", nil), (#"{"error":"text"}"#, nil),
        ] as [(String, String?)]
    )
    func errorBodies(_ body: String, _ type: String?) {
        var usage = AnthropicUsage()
        usage.add(body: Array(body.utf8))
        #expect(usage.errorType == type)
        #expect(usage.tokens == nil)
    }

    @Test("survives random damage")
    func fuzz() {
        var random = WireRandom(seed: 5)
        let alphabet = Array(#"{}[]",:019-e\ntrul "#.utf8)
        for _ in 0..<2000 {
            let bytes = random.mutate(Array(AnthropicUsageTests.stream.utf8), alphabet: alphabet)
            var decoder = SSEDecoder()
            var usage = AnthropicUsage()
            for event in decoder.feed(bytes) { usage.add(event) }
            let counts = [
                usage.tokens?.input, usage.tokens?.output, usage.tokens?.cacheWrite5m, usage.tokens?.cacheWrite1h,
            ]
            #expect(counts.allSatisfy { ($0 ?? 0) >= 0 })
        }
    }
}
