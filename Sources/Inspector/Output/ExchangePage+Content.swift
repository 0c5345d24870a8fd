import Recorder

extension ExchangePage {
    func headers(_ title: String, _ headers: HeaderBlock) -> [String] {
        guard !headers.isEmpty else { return [] }
        return ["", style.bold(title)]
            + headers.map { "  " + style.dim(TextStyle.printable($0.name) + ": ") + TextStyle.printable($0.value) }
    }

    /// The head and content of a response, or why there is none.
    func answer(_ title: String, _ response: RecordedResponse?, attempt: Int?) -> [String] {
        guard let response else { return ["", style.bold(title), "  none: no response head arrived"] }
        let option = attempt.map { " --attempt \($0)" } ?? ""
        var lines = headers("\(title) headers (\(response.status))", response.headers)
        let events = (try? recorded.body(response.body)).map { EventDecoding.events(of: response, body: $0) } ?? []
        if events.isEmpty {
            lines += body("\(title) body", response.body, response.headers, command: "--body response" + option)
        } else {
            let address = ExchangeAddress(
                exchange: recorded.exchange.number,
                attempt: attempt ?? recorded.exchange.attempts.count
            )
            lines += self.events("\(title) events", events, of: address, command: "--events" + option)
        }
        return lines
    }

    func body(_ title: String, _ record: BodyRecord, _ headers: HeaderBlock, command: String) -> [String] {
        guard record.wireLength > 0 || record.storedLength > 0 else { return [] }
        var lines = ["", style.bold(title) + style.dim(" (\(Decimals.bytes(record.wireLength)))")]
        do {
            let stored = try recorded.body(record)
            guard let content = BodyDecoding.decoded(stored, headers: headers) else {
                return lines + ["  in a content coding that cannot be undone here: \(hint(command))"]
            }
            lines += text(of: content, command: command)
        } catch {
            lines.append("  " + TextStyle.printable("\(error)"))
        }
        return lines
    }

    private func text(of content: [UInt8], command: String) -> [String] {
        if content.withUnsafeBytes({ JSONScanner.isValid($0) }) {
            let layout = JSONLayout(content, lineLimit: ExchangePage.bodyLines)
            return layout.lines.map { "  " + TextStyle.printable($0) } + (layout.isCut ? ["  … \(hint(command))"] : [])
        }
        let start = String(decoding: content.prefix(64 << 10), as: UTF8.self)
        let all = start.split(separator: "\n", omittingEmptySubsequences: false)
        let isCut = all.count > ExchangePage.bodyLines || content.count > 64 << 10
        return all.prefix(ExchangePage.bodyLines).map { "  " + TextStyle.printable(String($0)) }
            + (isCut ? ["  … \(hint(command))"] : [])
    }

    private func hint(_ command: String) -> String {
        "all of it: inspector show \(recorded.exchange.address) \(command)"
    }

    private func events(
        _ title: String,
        _ events: [RecordedEvent],
        of address: ExchangeAddress,
        command: String
    ) -> [String] {
        var lines = ["", style.bold(title) + style.dim(" (\(events.count))")]
        // The end tells most, so some of it is always shown.
        let tail = 10
        let isCut = events.count > ExchangePage.eventLines
        let shown = isCut ? Array(events.prefix(ExchangePage.eventLines - tail)) : events
        lines += shown.map { line($0, of: address) }
        if isCut {
            lines.append("  … \(events.count - ExchangePage.eventLines) more, \(hint(command))")
            lines += events.suffix(tail).map { line($0, of: address) }
        }
        return lines
    }

    private func line(_ event: RecordedEvent, of address: ExchangeAddress) -> String {
        var address = address
        address.event = event.index
        let time = "+" + Decimals.duration(event.offset)
        let fill = String(repeating: " ", count: max(0, 10 - time.count))
        let start = "  \(address)  \(fill)\(time)  \(TextStyle.printable(event.name ?? "-"))  "
        let room = max(20, width - start.count)
        var data = TextStyle.printable(String(decoding: event.data.prefix(4 * room), as: UTF8.self))
        if data.count > room { data = String(data.prefix(room - 1)) + "…" }
        return start + style.dim(data)
    }
}
