/// The stable JSON shapes of exchanges: a change is a new member, never another meaning.
package enum ExchangeJSON {
    /// What an exchange is written for.
    package enum Form {
        /// For people and scripts: `inspector show --json`.
        case page
        /// For a bundle: with the names of each body's pieces, and times in microseconds.
        case bundle([BodyRecord: [Digest]])
    }

    /// Writes what `inspector logs --json` prints for one exchange, with the end of the line.
    package static func writeLine(_ summary: ExchangeSummary, into json: inout JSONWriter) {
        json.object {
            writeMembers(of: summary, attempts: { $0.member("attempts", summary.attempts) }, into: &$0)
        }
        json.endLine()
    }

    /// Writes the members that `logs` and `show` share; in `show` the list of attempts stands at the end instead.
    static func writeMembers(
        of summary: ExchangeSummary,
        attempts: (inout JSONWriter) -> Void,
        into json: inout JSONWriter
    ) {
        json.member("id", summary.id.description)
        json.member("address", ExchangeAddress(exchange: summary.number).description)
        json.member("started_at", summary.startedAt)
        json.member("session", summary.session)
        json.member("user", summary.user)
        json.member("client_key", summary.clientKey)
        json.member("method", summary.method)
        json.member("path", summary.path)
        json.member("model", summary.model)
        json.member("stream", summary.stream)
        json.member("status", summary.status)
        json.member("error_type", summary.errorType)
        json.member("target", summary.target)
        json.member("account", summary.account)
        attempts(&json)
        writeTokens(summary.tokens, into: &json)
        json.member("cost_usd", picodollars: summary.costPicodollars)
        json.member("duration_ms", milliseconds: summary.duration)
        json.member("ttfb_ms", milliseconds: summary.timeToFirstByte)
        json.member("max_gap_ms", milliseconds: summary.longestGap)
        json.member("ending", summary.ending.rawValue)
        json.member("request_bytes", summary.requestBytes)
        json.member("response_bytes", summary.responseBytes)
        json.member("bundle", summary.bundle)
        if let replayOf = summary.replayOf { json.member("replay_of", replayOf) }
    }

    /// Writes the member `tokens` of an object.
    package static func writeTokens(_ tokens: TokenUsage?, into json: inout JSONWriter) {
        guard let tokens else { return json.member("tokens", nil as String?) }
        json.member("tokens") { $0.object { write(tokens, into: &$0) } }
    }

    private static func write(_ tokens: TokenUsage, into json: inout JSONWriter) {
        json.member("input", tokens.input)
        json.member("output", tokens.output)
        json.member("cache_read", tokens.cacheRead)
        json.member("cache_write_5m", tokens.cacheWrite5m)
        json.member("cache_write_1h", tokens.cacheWrite1h)
    }
}
