package import Inspector
package import Recorder

/// The table of `proxy accounts list`.
package struct AccountTable {
    private let zone: LocalZone
    private let style: TextStyle
    private let now: Timestamp

    /// Makes a table.
    ///
    /// - Parameters:
    ///   - now: the instant that times are told from.
    ///   - zone: whose clocks the ends of cool-downs are shown on.
    ///   - style: colours or none.
    package init(now: Timestamp, zone: LocalZone, style: TextStyle) {
        self.now = now
        self.zone = zone
        self.style = style
    }

    /// A header, and a line for each account.
    package func lines(_ accounts: [AccountStatus]) -> [String] {
        func column(
            _ title: String,
            isRightAligned: Bool = false,
            _ text: (AccountStatus) -> String
        ) -> TextTable.Column {
            TextTable.Column(title, accounts.map(text), isRightAligned: isRightAligned)
        }
        let states = TextTable.Column("STATUS", accounts.map { AccountTable.word($0.state) }) { row, text in
            switch accounts[row].state {
            case .active: style.green(text)
            case .coolingDown: style.yellow(text)
            case .failing: style.red(text)
            case .paused: style.dim(text)
            }
        }
        let columns = [
            column("ACCOUNT") { $0.entry.account.name }, column("KEY") { $0.keyTag ?? "-" }, states,
            column("REQUESTS", isRightAligned: true) { AccountTable.grouped($0.requests) },
            column("LAST USED") { $0.lastUsed.map { ago($0) } ?? "never" },
            column("HEADROOM", isRightAligned: true) {
                $0.headroom.map { "\(Int(($0 * 100).rounded()))%" } ?? "-"
            },
            column("NOTE") { note($0) },
        ]
        return TextTable(columns).lines(width: nil, style: style)
    }

    private static func word(_ state: AccountStatus.State) -> String {
        state == .coolingDown ? "cooling down" : state.rawValue
    }

    private func note(_ account: AccountStatus) -> String {
        var notes = account.cooldowns.map { cooldown in
            let family = cooldown.family.map { $0 + ": " } ?? ""
            return "\(family)\(cooldown.reason), back in \(left(cooldown.until)) (\(clock(cooldown.until)))"
        }
        if let since = account.failingSince { notes.insert("key refused \(ago(since))", at: 0) }
        return TextStyle.printable(notes.joined(separator: "; "))
    }

    // MARK: - Times

    /// How long ago, in the largest unit, such as `2 min ago`.
    private func ago(_ time: Timestamp) -> String {
        let seconds = (now.microseconds - time.microseconds) / 1_000_000
        switch seconds {
        case ..<1: return "now"
        case ..<60: return "\(seconds) s ago"
        case ..<3600: return "\(seconds / 60) min ago"
        case ..<86_400: return "\(seconds / 3600) h ago"
        case ..<172_800: return "1 day ago"
        default: return "\(seconds / 86_400) days ago"
        }
    }

    /// How long until then, rounded up to what counts: `1d 4h`, `1h 23m`, `5m 10s`, `9s`.
    private func left(_ time: Timestamp) -> String {
        let seconds = (time.microseconds - now.microseconds + 999_999) / 1_000_000
        if seconds < 60 { return "\(seconds)s" }
        if seconds < 3600 { return "\(seconds / 60)m \(seconds % 60)s" }
        let minutes = (seconds + 59) / 60
        if minutes < 1440 { return "\(minutes / 60)h \(minutes % 60)m" }
        let hours = (minutes + 59) / 60
        return "\(hours / 24)d \(hours % 24)h"
    }

    /// The time of day, with the date unless it is today.
    private func clock(_ time: Timestamp) -> String {
        let text = zone.text(time)
        return text.prefix(10) == zone.text(now).prefix(10) ? String(text.dropFirst(11)) : text
    }

    /// Thousands set apart, such as `1,234`.
    private static func grouped(_ count: Int) -> String {
        var text = ""
        for (index, digit) in String(count).reversed().enumerated() {
            if index > 0, index % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return String(text.reversed())
    }
}
