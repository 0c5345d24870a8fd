/// Derives the facts that lists and filters work on from a recorded exchange.
package enum ExchangeDerivation {
    /// A body beyond this size is not read for its usage.
    private static let longestBody = 256 << 20

    /// Fills a summary.
    ///
    /// - Parameters:
    ///   - exchange: The exchange as recorded.
    ///   - body: Reads the stored bytes of a body; when it throws, what the body would tell is unknown.
    /// - Returns: The summary; what can't be known is `nil` in it.
    package static func summary(of exchange: Exchange, body: (BodyRecord) throws -> [UInt8]) -> ExchangeSummary {
        var summary = ExchangeSummary(
            id: exchange.id,
            number: exchange.number,
            startedAt: exchange.startedAt,
            method: exchange.request.method,
            path: exchange.request.path,
            attempts: exchange.attempts.count,
            duration: exchange.duration,
            ending: exchange.ending,
            requestBytes: exchange.request.body.wireLength,
            responseBytes: exchange.response?.body.wireLength ?? 0
        )
        summary.session = exchange.session
        summary.user = exchange.user
        summary.clientKey = exchange.clientKey
        summary.replayOf = exchange.replayOf
        summary.model = exchange.model
        summary.stream = exchange.stream
        summary.target = exchange.attempts.last?.target
        summary.account = exchange.attempts.last?.account
        summary.kind = exchange.attempts.last?.kind
        if exchange.attempts.count > 1 {
            summary.earlierAttempts = exchange.attempts.dropLast().map(AttemptSummary.init)
        }
        guard let response = exchange.response else { return summary }
        summary.status = response.status
        // An answer without a body begins and ends with its head.
        summary.timeToFirstByte = timeToFirstByte(response) ?? exchange.attempts.last?.firstByteAt
        summary.longestGap = longestGap(response.chunks)
        addUsage(usage(of: response, body: body), status: response.status, to: &summary)
        return summary
    }

    /// What a response says about itself; empty when its body can't be read.
    package static func usage(
        of response: RecordedResponse,
        body: (BodyRecord) throws -> [UInt8]
    ) -> AnthropicUsage {
        var usage = AnthropicUsage()
        guard response.body.storedLength > 0, response.body.storedLength <= longestBody,
            let stored = try? body(response.body),
            let text = BodyDecoding.decoded(stored, headers: response.headers)
        else { return usage }
        if BodyDecoding.isEventStream(response.headers) {
            var decoder = SSEDecoder()
            for event in decoder.feed(text) { usage.add(event) }
        } else {
            usage.add(body: text)
        }
        return usage
    }

    private static func addUsage(_ usage: AnthropicUsage, status: Int, to summary: inout ExchangeSummary) {
        summary.errorType = usage.errorType
        guard status < 400 else { return }
        summary.model = usage.model ?? summary.model
        summary.tokens = usage.tokens
        if let model = summary.model, let tokens = usage.tokens {
            summary.costPicodollars = PriceTable.cost(
                model: model,
                usage: tokens,
                billing: usage.billing,
                at: summary.startedAt
            )
        }
    }

    private static func timeToFirstByte(_ response: RecordedResponse) -> Int64? {
        if let chunk = response.chunks.first(where: { $0.length > 0 }) { return chunk.offset }
        // Of a body that was not stored, or masked away, all chunks have length 0 although bytes came.
        return response.body.wireLength > 0 ? response.chunks.first?.offset : nil
    }

    private static func longestGap(_ chunks: [Chunk]) -> Int64? {
        zip(chunks, chunks.dropFirst()).map { $1.offset - $0.offset }.max()
    }
}
