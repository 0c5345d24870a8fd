import Recorder

extension ExchangeTable {
    /// A column of the table.
    struct Column {
        enum Kind: Int, CaseIterable {
            case address, time, status, model, input, output, duration, attempts, account, result
        }

        let kind: Kind
        let title: String
        /// The width without rows to learn from.
        let usualWidth: Int
        /// The least width that still says something.
        let minimum: Int
        var isRightAligned = false
        var width = 0

        var index: Int { kind.rawValue }

        static let all: [Column] = [
            Column(kind: .address, title: "ADDRESS", usualWidth: 8, minimum: 7),
            Column(kind: .time, title: "TIME", usualWidth: 19, minimum: 8),
            Column(kind: .status, title: "STATUS", usualWidth: 6, minimum: 6),
            Column(kind: .model, title: "MODEL", usualWidth: 26, minimum: 10),
            Column(kind: .input, title: "IN", usualWidth: 7, minimum: 2, isRightAligned: true),
            Column(kind: .output, title: "OUT", usualWidth: 6, minimum: 3, isRightAligned: true),
            Column(kind: .duration, title: "TOOK", usualWidth: 8, minimum: 4, isRightAligned: true),
            Column(kind: .attempts, title: "TRIES", usualWidth: 5, minimum: 5, isRightAligned: true),
            Column(kind: .account, title: "ACCOUNT", usualWidth: 12, minimum: 8),
            Column(kind: .result, title: "RESULT", usualWidth: 21, minimum: 10),
        ]

        func text(_ row: ExchangeSummary, _ zone: LocalZone) -> String {
            switch kind {
            case .address: ExchangeAddress(exchange: row.number).description
            case .time: zone.text(row.startedAt)
            case .status: row.status.map { String($0) } ?? "-"
            case .model: TextStyle.printable(row.model ?? "-")
            case .input: row.tokens?.prompt.map { String($0) } ?? "-"
            case .output: row.tokens?.output.map { String($0) } ?? "-"
            case .duration: Decimals.duration(row.duration)
            case .attempts: String(row.attempts)
            // Credentials of the client's own have no name: then the kind of upstream says where it went.
            case .account: TextStyle.printable(row.account ?? row.target ?? "-")
            case .result: TextStyle.printable(row.errorType ?? row.ending.rawValue)
            }
        }

        /// A text cut or filled to the column's width.
        func cell(_ text: String) -> String {
            var text = text
            if text.count > width { text = shortened(text) }
            if text.count > width { text = String(text.prefix(max(0, width - 1))) + "…" }
            let fill = String(repeating: " ", count: max(0, width - text.count))
            return isRightAligned ? fill + text : text + fill
        }

        /// What can be left out first: the date of a time, the family name and date of a model.
        private func shortened(_ text: String) -> String {
            switch kind {
            case .time: return String(text.suffix(8))
            case .model:
                var text = text
                let tail = text.suffix(9)
                if tail.first == "-", tail.dropFirst().allSatisfy(\.isNumber) { text = String(text.dropLast(9)) }
                if text.count > width, text.hasPrefix("claude-") { text = String(text.dropFirst(7)) }
                return text
            default: return text
            }
        }
    }
}

extension TokenUsage {
    /// All tokens of the prompt, cached or not.
    var prompt: Int? {
        let parts = [input, cacheRead, cacheWrite5m, cacheWrite1h].compactMap { $0 }
        return parts.isEmpty ? nil : parts.reduce(0) { $0.adding(saturating: $1) }
    }
}
