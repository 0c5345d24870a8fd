import Recorder

/// The dates of HTTP headers (RFC 9110 section 5.6.7) in all three forms that a recipient must take.
enum HTTPDate {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    private static let days: Set<String> = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    private static let longDays: Set<String> = [
        "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
    ]

    /// Reads a date; `now` tells which century a year of two digits belongs to.
    ///
    /// - Returns: `nil` when the text is anything else. That the day of the week is the date's own is not asked.
    static func parse(_ text: String, at now: Timestamp) -> Timestamp? {
        guard text.utf8.count <= 40 else { return nil }
        let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard let first = words.first else { return nil }
        // Sun, 06 Nov 1994 08:49:37 GMT
        if first.count == 4, first.hasSuffix(","), days.contains(String(first.dropLast())) {
            guard words.count == 6, words[5] == "GMT" else { return nil }
            return time(year: words[3], month: words[2], day: words[1], clock: words[4])
        }
        // Sunday, 06-Nov-94 08:49:37 GMT
        if first.hasSuffix(","), longDays.contains(String(first.dropLast())) {
            guard words.count == 4, words[3] == "GMT" else { return nil }
            let date = words[1].split(separator: "-", omittingEmptySubsequences: false).map(String.init)
            guard date.count == 3, let year = fullYear(date[2], at: now) else { return nil }
            return time(year: year, month: date[1], day: date[0], clock: words[2])
        }
        // Sun Nov  6 08:49:37 1994
        guard days.contains(first) else { return nil }
        if words.count == 6, words[2].isEmpty, words[3].utf8.count == 1 {
            return time(year: words[5], month: words[1], day: "0" + words[3], clock: words[4])
        }
        guard words.count == 5 else { return nil }
        return time(year: words[4], month: words[1], day: words[2], clock: words[3])
    }

    /// A year of two digits is the latest with these digits that is not more than 50 years in the future.
    private static func fullYear(_ text: String, at now: Timestamp) -> String? {
        guard text.utf8.count == 2, text.utf8.allSatisfy(\.isDigit), let digits = Int(text),
            let current = Int(now.description.prefix(4))
        else { return nil }
        let latest = current + 50
        let year = latest - (latest - digits) % 100
        return (1000...9999).contains(year) ? String(year) : nil
    }

    private static func time(year: String, month: String, day: String, clock: String) -> Timestamp? {
        guard year.utf8.count == 4, day.utf8.count == 2, clock.utf8.count == 8,
            let index = months.firstIndex(of: month)
        else { return nil }
        let number = index < 9 ? "0\(index + 1)" : "\(index + 1)"
        return Timestamp(rfc3339: "\(year)-\(number)-\(day)T\(clock)Z")
    }
}
