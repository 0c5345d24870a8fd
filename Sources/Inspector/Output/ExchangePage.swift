package import Recorder

/// The page of `inspector show`: one exchange, or one attempt of it, for reading.
package struct ExchangePage {
    /// How many lines a body may take before the rest is left to `--body`.
    static let bodyLines = 60
    /// How many events are shown before the rest is left to `--events`.
    static let eventLines = 40

    let recorded: RecordedExchange
    let zone: LocalZone
    let style: TextStyle
    let width: Int

    /// Makes a page.
    ///
    /// - Parameters:
    ///   - recorded: the exchange.
    ///   - width: how long lines may be where they are cut at all.
    ///   - zone: whose clocks the times are shown on.
    ///   - style: colours or none.
    package init(_ recorded: RecordedExchange, width: Int, zone: LocalZone, style: TextStyle) {
        self.recorded = recorded
        self.width = max(40, width)
        self.zone = zone
        self.style = style
    }

    /// The page of the whole exchange.
    package func lines() -> [String] {
        let exchange = recorded.exchange
        var lines = heading() + facts()
        lines += ["", style.bold("Attempts")]
        if exchange.attempts.isEmpty { lines.append("  none") }
        for number in exchange.attempts.indices { lines += story(of: number + 1) }
        lines += conclusion()
        lines += headers("Request headers", exchange.request.headers)
        lines += body("Request body", exchange.request.body, exchange.request.headers, command: "--body request")
        lines += answer("Response", exchange.response, attempt: nil)
        return lines
    }

    /// The page of one attempt.
    ///
    /// - Parameter number: the attempt's number from 1; the exchange has it.
    /// - Returns: the lines without their ends.
    package func lines(attempt number: Int) -> [String] {
        let attempt = recorded.exchange.attempts[number - 1]
        var lines = story(of: number)
        lines += headers("Request headers, as sent upstream", attempt.request.headers)
        lines += body(
            "Request body, as sent upstream",
            attempt.request.body,
            attempt.request.headers,
            command: "--body request --attempt \(number)"
        )
        lines += answer("Upstream response", attempt.response, attempt: number)
        return lines
    }

    // MARK: - What it was

    private func heading() -> [String] {
        let exchange = recorded.exchange
        let request = exchange.request
        let query = request.query.map { "?" + $0 } ?? ""
        return [
            style.bold(exchange.address.description) + "  " + outcome(of: recorded.summary) + "  "
                + TextStyle.printable("\(request.method) \(request.path)\(query)"),
            "",
        ]
    }

    private func outcome(of summary: ExchangeSummary) -> String {
        let words = [
            summary.status.map { String($0) } ?? "no answer",
            summary.errorType.map(TextStyle.printable),
            summary.ending == .complete ? nil : summary.ending.rawValue,
        ]
        let text = words.compactMap { $0 }.joined(separator: " ")
        return summary.isError ? style.red(text) : style.green(text)
    }

    private func facts() -> [String] {
        let exchange = recorded.exchange
        let summary = recorded.summary
        let time = "\(zone.text(exchange.startedAt)), took \(Decimals.duration(exchange.duration))"
        let firstByte = summary.timeToFirstByte.map { ", first byte after \(Decimals.duration($0))" } ?? ""
        let gap = summary.longestGap.map { ", longest gap \(Decimals.duration($0))" } ?? ""
        let sent = Decimals.bytes(summary.requestBytes)
        let received = Decimals.bytes(summary.responseBytes)
        let facts: [(String, String?)] = [
            ("id", exchange.id.description),
            ("time", time + firstByte + gap),
            ("model", summary.model),
            ("stream", summary.stream.map { $0 ? "yes" : "no" }),
            ("session", summary.session),
            ("user", summary.user),
            ("client key", summary.clientKey),
            ("tokens", summary.tokens.map(tokens)),
            ("cost", summary.costPicodollars.map { "$" + Decimals.dollars($0) }),
            ("bytes", "\(sent) sent, \(received) received"),
            ("bundle", summary.bundle),
        ]
        return facts.compactMap { name, value in value.map { fact(name, $0) } }
    }

    private func fact(_ name: String, _ value: String) -> String {
        let label = "  " + name + String(repeating: " ", count: max(1, 12 - name.count))
        return style.dim(label) + TextStyle.printable(value)
    }

    private func tokens(_ usage: TokenUsage) -> String {
        let parts: [(Int?, String)] = [
            (usage.input, "in"), (usage.output, "out"), (usage.cacheRead, "read from cache"),
            (usage.cacheWrite5m, "written to cache for 5 minutes"), (usage.cacheWrite1h, "for 1 hour"),
        ]
        return parts.compactMap { count, name in count.map { "\($0) \(name)" } }.joined(separator: ", ")
    }
}
