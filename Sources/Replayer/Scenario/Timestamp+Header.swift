import Recorder

extension Timestamp {
    /// Whole seconds since the Unix epoch.
    var wholeSeconds: Int64 {
        let (quotient, rest) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        return rest < 0 ? quotient - 1 : quotient
    }

    /// RFC 3339 in UTC without a fraction, such as `2026-11-20T12:00:07Z`.
    var secondsText: String {
        "\(description.prefix { $0 != "." })Z"
    }

    /// The date of HTTP headers (RFC 9110, section 5.6.7), such as `Fri, 20 Nov 2026 12:00:07 GMT`.
    var httpDate: String {
        let seconds = wholeSeconds
        let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        // The epoch began on a Thursday.
        let weekday = Int(((days + 4) % 7 + 7) % 7)
        let names = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let parts = description.prefix { $0 != "." }.split { "-T".contains($0) }
        guard parts.count == 4, let month = Int(parts[1]), (1...12).contains(month) else { return description }
        return "\(names[weekday]), \(parts[2]) \(months[month - 1]) \(parts[0]) \(parts[3]) GMT"
    }
}
