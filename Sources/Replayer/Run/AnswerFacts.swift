package import Recorder

/// What counts of an answer when two are compared: all of it masked, without the tags of its placeholders.
package struct AnswerFacts: Sendable {
    /// The status code, or `nil` when no head came.
    package var status: Int?
    /// How it ended, as the client saw it: a stream that carried an `error` event ended in that, whatever followed.
    package var ending: Ending
    /// The body without its content coding; `nil` when it was not recorded.
    package var body: [UInt8]?
    /// `error.type`.
    package var errorType: String?
    /// Why the model stopped.
    package var stopReason: String?
    /// The text of the answer, or the message of the error; of another body, its canonical form.
    package var text = ""
    /// The model's thinking.
    package var thinking = ""
    /// The names of the tools called, in order.
    package var tools: [String] = []
    /// The inputs of the tools, as canonical JSON.
    package var toolInputs: [String] = []
    /// Tokens by kind.
    package var tokens: TokenUsage?
    /// Whether it came to its end and told all of its tokens: a stream that breaks has told those of its beginning.
    package private(set) var hasFinalUsage = false
    /// The model that answered.
    package var model: String?
    /// What else decides the price.
    package var billing = BillingFacts()
    /// From the start to the first body bytes, in microseconds.
    package var firstByte: Int64?
    /// From the start to the end, in microseconds.
    package var duration: Int64

    /// Reads an answer.
    ///
    /// - Parameters:
    ///   - status: the status code.
    ///   - headers: the header lines; content type and coding are looked at.
    ///   - body: the masked body without its content coding; `nil` when it was not recorded.
    ///   - ending: how it ended.
    ///   - firstByte: from the start to the first body bytes.
    ///   - duration: from the start to the end.
    package init(
        status: Int?,
        headers: HeaderBlock = HeaderBlock(),
        body: [UInt8]?,
        ending: Ending,
        firstByte: Int64? = nil,
        duration: Int64 = 0
    ) {
        self.status = status
        self.ending = ending
        self.firstByte = firstByte
        self.duration = duration
        guard let body = body.map({ MaskedText.withoutTags($0) }) else { return }
        self.body = body
        var usage = AnthropicUsage()
        var content = MessageContent()
        if BodyDecoding.isEventStream(headers) {
            var decoder = SSEDecoder()
            var hasFinalCount = false
            for event in decoder.feed(body) {
                usage.add(event)
                content.add(event)
                hasFinalCount = hasFinalCount || AnswerFacts.countsOutput(event)
            }
            hasFinalUsage = hasFinalCount && usage.sawMessageStop
            text = content.text
            if content.hasError { self.ending = .errorEvent }
        } else if content.add(body: body) {
            usage.add(body: body)
            hasFinalUsage = usage.tokens?.output != nil
            text = content.text
        } else {
            text =
                JSONValue.read(body) { CanonicalJSON.text($0, ignoringIDs: true) }
                ?? String(decoding: body, as: UTF8.self)
        }
        thinking = content.thinking
        tools = content.tools.map(\.name)
        toolInputs = content.tools.map(\.input)
        errorType = usage.errorType
        stopReason = usage.stopReason
        tokens = usage.tokens
        model = usage.model
        billing = usage.billing
    }

    /// Whether an event tells how many tokens were produced in the end; `message_start` tells those of its beginning.
    private static func countsOutput(_ event: SSEEvent) -> Bool {
        let count: Int? = JSONValue.read(event.data) { value in
            guard value["type"]?.isString("message_delta") == true else { return nil }
            return value.value(at: ["usage", "output_tokens"])?.int
        }
        return count != nil
    }

    /// What it cost in pico-dollars; `nil` when it does not tell, or tells what can't be.
    package var cost: Int64? {
        guard ending == .complete, hasFinalUsage, let model, let tokens, tokens.isPlausible else { return nil }
        return PriceTable.cost(model: model, usage: tokens, billing: billing)
    }

    /// Reads what a client got when it was recorded.
    ///
    /// - Throws: `StoreError` when the store or bundle has lost the body.
    package init(_ recorded: RecordedExchange) throws {
        let exchange = recorded.exchange
        let response = exchange.response
        var body: [UInt8]?
        if let response, response.body.omitted == nil {
            body = BodyDecoding.decoded(try recorded.body(response.body), headers: response.headers)
        }
        self.init(
            status: response?.status,
            headers: response?.headers ?? HeaderBlock(),
            body: body,
            ending: exchange.ending,
            firstByte: recorded.summary.timeToFirstByte,
            duration: exchange.duration
        )
    }
}
