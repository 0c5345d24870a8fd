package import Recorder

/// What people write for an instant in `--since` and `--until`.
///
/// | text | instant |
/// |---|---|
/// | `2026-11-20T10:00:00Z` (RFC 3339) | that one |
/// | `2026-11-20T10:00`, with seconds or without | that one on local clocks |
/// | `2026-11-20` | the first (`since`) or last (`until`) microsecond of the local day |
/// | `10:00`, `10:00:30` | today on local clocks; for `since`, yesterday if today's is still to come |
/// | `30m`, `2h`, `7d`, `1h30m` (`s`, `m`, `h`, `d`, `w`) | that long ago |
package struct TimeExpression: Sendable {
    /// Which end of a span of time the instant is.
    package enum Edge: Sendable {
        /// The beginning.
        case since
        /// The end.
        case until
    }

    private let now: Timestamp
    private let zone: LocalZone

    /// Makes a reader of expressions at an instant, in a zone.
    package init(now: Timestamp, zone: LocalZone) {
        self.now = now
        self.zone = zone
    }

    /// Reads an expression.
    ///
    /// - Returns: `nil` for text that is none.
    package func instant(_ text: String, _ edge: Edge) -> Timestamp? {
        if let instant = Timestamp(rfc3339: text) { return instant }
        if let span = TimeExpression.span(text) { return now.advanced(byMicroseconds: -span) }
        if let start = wall(text, "00:00:00") {
            guard edge == .until, let next = wall(text, "23:59:59") else { return start }
            return next.advanced(byMicroseconds: 999_999)
        }
        let parts = text.split(whereSeparator: { $0 == "T" || $0 == " " }).map { String($0) }
        if parts.count == 2 { return wall(parts[0], parts[1]) }
        let today = String(zone.text(now).prefix(10))
        guard let instant = wall(today, text) else { return nil }
        guard edge == .since, instant > now else { return instant }
        let yesterday = String(zone.text(now.advanced(byMicroseconds: -86_400_000_000)).prefix(10))
        return wall(yesterday, text)
    }

    /// A local date and a time of day with or without seconds.
    private func wall(_ date: String, _ time: String) -> Timestamp? {
        guard date.utf8.count == 10, [5, 8].contains(time.utf8.count) else { return nil }
        let seconds = time.utf8.count == 5 ? ":00" : ""
        return Timestamp(rfc3339: "\(date)T\(time)\(seconds)Z").map(zone.instant(wall:))
    }

    /// A span such as `1h30m`, in microseconds.
    private static func span(_ text: String) -> Int64? {
        var total: Int64 = 0
        var digits = ""
        for character in text {
            if character.isASCII, character.isNumber {
                digits.append(character)
                continue
            }
            guard let unit = units[character], let count = Int64(digits), count < 1_000_000 else { return nil }
            total += count * unit * 1_000_000
            // Longer than there have been clocks, and far from what overflows.
            guard total < 1 << 60 else { return nil }
            digits = ""
        }
        return digits.isEmpty && !text.isEmpty ? total : nil
    }

    private static let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]
}
