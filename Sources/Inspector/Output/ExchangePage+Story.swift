import Recorder

extension ExchangePage {
    /// What one attempt went to, why, and what came of it.
    func story(of number: Int) -> [String] {
        let exchange = recorded.exchange
        let attempt = exchange.attempts[number - 1]
        let address = ExchangeAddress(exchange: exchange.number, attempt: number)
        let place = [attempt.target, attempt.account].compactMap { $0 }.joined(separator: " / ")
        let result = [
            attempt.response.map { String($0.status) }, attempt.kind.rawValue,
            recorded.errorType(of: attempt).map { "(\($0))" },
        ]
        let words = attempt.kind.words.map { ": " + $0 } ?? ""
        let outcome = TextStyle.printable(result.compactMap { $0 }.joined(separator: " ") + words)
        var lines = [
            "  " + style.bold(address.description) + "  " + TextStyle.printable(place) + "  "
                + (attempt.kind == .success ? style.green(outcome) : style.red(outcome))
        ]
        if attempt.waited > 0 { lines.append(detail("waited \(Decimals.duration(attempt.waited)) before it")) }
        lines.append(detail("chosen because \(attempt.because)"))
        lines += passedOver(attempt.rejected)
        lines += attempt.changes.map { detail("changed: \($0)") }
        var times = "began +\(Decimals.duration(attempt.startedAt))"
        if let first = attempt.firstByteAt { times += ", first byte +\(Decimals.duration(first))" }
        lines.append(detail(times + ", ended +\(Decimals.duration(attempt.endedAt)): \(attempt.ending.rawValue)"))
        if let failure = attempt.failure { lines.append(detail("failure: \(failure)")) }
        if let cooldown = cooldown(attempt) { lines.append(detail(cooldown)) }
        return lines
    }

    /// Whose answer the client got, and why, where the attempts alone don't say it.
    func conclusion() -> [String] {
        let exchange = recorded.exchange
        guard exchange.decision != nil || exchange.attempts.count != 1 || isOwnAnswer else { return [] }
        var lines = ["  " + style.bold("answer") + "  " + whose]
        guard let decision = exchange.decision else { return lines }
        if decision.waited > 0 {
            lines.append(detail("waited \(Decimals.duration(decision.waited)) for an account before it"))
        }
        lines.append(detail("answered because \(decision.because)"))
        return lines + passedOver(decision.rejected)
    }

    private var whose: String {
        let exchange = recorded.exchange
        guard exchange.response != nil else { return "none" }
        guard !isOwnAnswer else { return "by the proxy itself" }
        return "of " + ExchangeAddress(exchange: exchange.number, attempt: exchange.attempts.count).description
    }

    /// Whether the client got something that no upstream sent.
    private var isOwnAnswer: Bool {
        guard let answer = recorded.exchange.response else { return false }
        guard let last = recorded.exchange.attempts.last?.response else { return true }
        guard answer.status == last.status else { return true }
        if answer.body.omitted != nil || last.body.omitted != nil { return false }
        if last.body.storedLength == 0 { return answer.body.storedLength > 0 }
        // Behind an answer that broke off stands an event of the proxy's own.
        return !answer.body.pieces.starts(with: last.body.pieces) || !answer.body.names.starts(with: last.body.names)
    }

    private func passedOver(_ candidates: [RejectedCandidate]) -> [String] {
        candidates.map { detail("passed over \($0.account): \($0.because)") }
    }

    private func cooldown(_ attempt: Attempt) -> String? {
        guard let until = attempt.cooldownUntil else { return nil }
        let end = recorded.exchange.startedAt.microseconds.adding(saturating: attempt.endedAt)
        let span = until.microseconds.subtracting(saturating: end)
        return "left alone until \(zone.text(until))" + (span > 0 ? ", for \(Decimals.duration(span))" : "")
            + (attempt.cooldownReason.map { ": " + $0 } ?? "")
    }

    private func detail(_ text: String) -> String { "        " + TextStyle.printable(text) }
}
