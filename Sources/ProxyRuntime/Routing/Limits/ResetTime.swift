import Recorder

/// The time at which a limit is lifted, in any of the forms that headers give it.
enum ResetTime {
    /// No window is longer than a week; what lies further ahead is an error of somebody's.
    static let farthest: Int64 = 8 * 86_400_000_000
    /// The longest wait: that of a spend cap lasts till the end of a month.
    static let longestSpan: Int64 = 31 * 86_400_000_000

    /// Reads a reset: seconds or milliseconds since the epoch, RFC 3339, an HTTP date, or seconds from now.
    ///
    /// - Returns: a time after `now` and at most eight days from it; `nil` for anything else.
    static func parse(_ text: UnsafeRawBufferPointer, at now: Timestamp) -> Timestamp? {
        let time = PlainNumber(text).map { instant($0, at: now) } ?? date(text, at: now)
        guard let time, time > now, time <= now.advanced(byMicroseconds: farthest) else { return nil }
        return time
    }

    /// Reads a wait such as that of `retry-after`: seconds, or a date that lies in the future.
    ///
    /// - Returns: microseconds from `now`, more than none and at most 31 days; `nil` for anything else.
    static func span(_ text: UnsafeRawBufferPointer, at now: Timestamp) -> Int64? {
        if let number = PlainNumber(text) { return number.inMillionths.flatMap(wait) }
        guard let time = date(text, at: now), time > now, time <= now.advanced(byMicroseconds: longestSpan) else {
            return nil
        }
        return time.microseconds - now.microseconds
    }

    /// Reads a wait in milliseconds, as `retry-after-ms` gives it.
    ///
    /// - Returns: microseconds, as `span(_:at:)` does.
    static func span(milliseconds text: UnsafeRawBufferPointer) -> Int64? {
        PlainNumber(text).flatMap { wait($0.inThousandths) }
    }

    private static func wait(_ microseconds: Int64) -> Int64? {
        (1...longestSpan).contains(microseconds) ? microseconds : nil
    }

    private static func date(_ text: UnsafeRawBufferPointer, at now: Timestamp) -> Timestamp? {
        Timestamp(rfc3339: text) ?? HTTPDate.parse(String(decoding: text, as: UTF8.self), at: now)
    }

    /// The size of a number tells what it counts: seconds from now, seconds since the epoch, or milliseconds since it.
    private static func instant(_ number: PlainNumber, at now: Timestamp) -> Timestamp? {
        if number.whole > 100_000_000_000 { return Timestamp(microseconds: number.inThousandths) }
        guard let microseconds = number.inMillionths else { return nil }
        return microseconds < farthest
            ? now.advanced(byMicroseconds: microseconds) : Timestamp(microseconds: microseconds)
    }
}
