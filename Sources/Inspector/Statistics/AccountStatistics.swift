package import Recorder

/// Exchanges and attempts counted by account.
///
/// ```swift
/// let statistics = try source.accountStatistics(ExchangeQuery(model: "sonnet"))
/// for usage in statistics.accounts { print(usage.account ?? "-", usage.attempts) }
/// ```
package struct AccountStatistics: Sendable {
    private var usages: [AccountName: AccountUsage] = [:]

    /// Counts nothing yet.
    package init() {}

    /// The accounts, those with most attempts first.
    package var accounts: [AccountUsage] {
        usages.sorted { left, right in
            let (mine, theirs) = (left.value.attempts, right.value.attempts)
            return mine == theirs ? AccountName.isBefore(left.key, right.key) : mine > theirs
        }.map(\.value)
    }

    /// Counts an exchange with all its attempts.
    package mutating func add(_ summary: ExchangeSummary) {
        for attempt in summary.earlierAttempts {
            update(attempt.target, attempt.account, summary.startedAt) { $0.kinds[attempt.kind, default: 0] += 1 }
        }
        update(summary.target, summary.account, summary.startedAt) { usage in
            usage.exchanges += 1
            if summary.isError { usage.clientErrors += 1 }
            if summary.replayOf != nil { usage.replays += 1 }
            if let kind = summary.kind { usage.kinds[kind, default: 0] += 1 }
            usage.spend.add(summary)
        }
    }

    /// Adds what a catalog has counted.
    mutating func add(_ group: AccountGroup) {
        update(group.target, group.account, group.lastStart) { usage in
            usage.exchanges += group.exchanges
            usage.clientErrors += group.errors
            usage.replays += group.replays
            if let kind = group.kind { usage.kinds[kind, default: 0] += group.count }
            usage.spend.add(group.spend)
        }
    }

    private mutating func update(
        _ target: String?,
        _ account: String?,
        _ start: Timestamp,
        _ change: (inout AccountUsage) -> Void
    ) {
        let name = AccountName(target: target, account: account)
        var usage = usages[name] ?? AccountUsage(target: target, account: account, lastUsed: start)
        usage.lastUsed = max(usage.lastUsed, start)
        change(&usage)
        usages[name] = usage
    }
}
