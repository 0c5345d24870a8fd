package import Recorder

extension AccountStatistics {
    /// The table of `inspector stats accounts`.
    ///
    /// - Parameters:
    ///   - width: the terminal's, or `nil` for lines as long as need be.
    ///   - zone: whose clocks the times are shown on.
    ///   - style: colours or none.
    /// - Returns: the lines without their ends.
    package func lines(width: Int?, zone: LocalZone, style: TextStyle) -> [String] {
        let accounts = accounts
        var columns = [
            TextTable.Column("ACCOUNT", accounts.map(\.name)),
            TextTable.Column("TARGET", accounts.map { $0.target ?? "-" }, dropped: 1),
            numbers("EXCHANGES", accounts, \.exchanges),
            numbers("FAILED", accounts, \.clientErrors),
            numbers("ATTEMPTS", accounts, \.attempts),
        ]
        let classes: [(String, OutcomeClass, Int?)] = [
            ("OK", .success, nil), ("LIMITED", .limit, nil), ("OVERLOADED", .overload, 3), ("ERRORS", .error, nil),
            ("CLIENT", .client, 2),
        ]
        for (title, outcome, dropped) in classes {
            columns.append(numbers(title, accounts, dropped: dropped) { $0.attempts(outcome) })
        }
        columns += [
            TextTable.Column("IN", accounts.map { text($0.spend.usage?.prompt) }, isRightAligned: true),
            TextTable.Column("OUT", accounts.map { text($0.spend.usage?.output) }, isRightAligned: true),
            TextTable.Column("COST", accounts.map(cost), isRightAligned: true),
        ]
        if accounts.contains(where: { $0.replays > 0 }) { columns.append(numbers("REPLAYS", accounts, \.replays)) }
        columns.append(TextTable.Column("LAST USED", accounts.map { zone.text($0.lastUsed) }, dropped: 4))
        return TextTable(columns).lines(width: width, style: style)
    }

    private func numbers(
        _ title: String,
        _ accounts: [AccountUsage],
        dropped: Int? = nil,
        _ count: (AccountUsage) -> Int
    ) -> TextTable.Column {
        TextTable.Column(title, accounts.map { String(count($0)) }, isRightAligned: true, dropped: dropped)
    }

    private func text(_ count: Int?) -> String { count.map { String($0) } ?? "-" }

    private func cost(_ usage: AccountUsage) -> String {
        usage.spend.costPicodollars.map { "$" + Decimals.dollars($0) } ?? "\(usage.spend.unpriced) unknown"
    }

    /// Writes an object a line for each account.
    package func write(into json: inout JSONWriter) {
        for usage in accounts { write(usage, into: &json) }
    }

    private func write(_ usage: AccountUsage, into json: inout JSONWriter) {
        json.object {
            $0.member("target", usage.target)
            $0.member("account", usage.account)
            $0.member("exchanges", usage.exchanges)
            $0.member("client_errors", usage.clientErrors)
            $0.member("replays", usage.replays)
            $0.member("attempts", usage.attempts)
            $0.member("successes", usage.attempts(.success))
            $0.member("limits", usage.attempts(.limit))
            $0.member("overloaded", usage.attempts(.overload))
            $0.member("errors", usage.attempts(.error))
            $0.member("by_client", usage.attempts(.client))
            $0.member("kinds") {
                $0.object { json in
                    for kind in AttemptKind.allCases {
                        if let count = usage.kinds[kind] { json.member(kind.rawValue, count) }
                    }
                }
            }
            ExchangeJSON.writeTokens(usage.spend.usage, into: &$0)
            $0.member("cost_usd", picodollars: usage.spend.costPicodollars)
            $0.member("unpriced", usage.spend.unpriced)
            $0.member("last_used", usage.lastUsed)
        }
        json.endLine()
    }
}
