/// A wall-clock instant in whole microseconds since 1970-01-01T00:00:00Z.
package struct Timestamp: Hashable, Comparable, Sendable {
    /// Microseconds since the Unix epoch.
    package var microseconds: Int64

    /// Wraps a count of microseconds since the Unix epoch.
    package init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// Orders by time.
    package static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.microseconds < right.microseconds
    }

    /// The instant that lies `microseconds` later; the last or first there is when that is beyond it.
    package func advanced(byMicroseconds microseconds: Int64) -> Timestamp {
        let (sum, isBeyond) = self.microseconds.addingReportingOverflow(microseconds)
        return Timestamp(microseconds: isBeyond ? microseconds < 0 ? .min : .max : sum)
    }
}

extension Timestamp: CustomStringConvertible {
    /// RFC 3339 in UTC with six decimals, such as `2026-11-20T10:00:00.123456Z`.
    package var description: String {
        let date = CivilDate(daysSinceEpoch: microseconds.floorDivided(by: 86_400_000_000))
        var rest = microseconds % 86_400_000_000
        if rest < 0 { rest += 86_400_000_000 }
        let fraction = rest % 1_000_000
        rest /= 1_000_000
        let clock = [rest / 3600, rest / 60 % 60, rest % 60].map { padded($0, 2) }.joined(separator: ":")
        return "\(date)T\(clock).\(padded(fraction, 6))Z"
    }

    /// Parses RFC 3339: a date, `T` or a space, a time with up to nine decimals, and `Z` or an offset.
    ///
    /// - Returns: `nil` when the text is anything else, or names a day or time that does not exist.
    package init?(rfc3339 text: String) {
        var text = text
        guard let time = text.withUTF8({ Timestamp(rfc3339: UnsafeRawBufferPointer($0)) }) else { return nil }
        self = time
    }

    /// Parses the same from bytes, such as those of a header, without an allocation.
    package init?(rfc3339 bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= 20, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            bytes[10] | 0x20 == UInt8(ascii: "t") || bytes[10] == UInt8(ascii: " "),
            bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
            let year = number(bytes[0..<4]), let month = number(bytes[5..<7]), let day = number(bytes[8..<10]),
            let hour = number(bytes[11..<13]), let minute = number(bytes[14..<16]), let second = number(bytes[17..<19]),
            hour < 24, minute < 60, second <= 60,
            let days = CivilDate(year: year, month: month, day: day)?.daysSinceEpoch
        else { return nil }
        var position = 19
        var fraction: Int64 = 0
        if bytes[position] == UInt8(ascii: ".") {
            var place: Int64 = 100_000
            position += 1
            let start = position
            while position < bytes.count, bytes[position] &- 0x30 < 10 {
                // What lies behind the microseconds is dropped.
                fraction += Int64(bytes[position] &- 0x30) * place
                place /= 10
                position += 1
            }
            guard (1...9).contains(position - start) else { return nil }
        }
        guard let offset = Timestamp.offsetSeconds(bytes[position...]) else { return nil }
        let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset
        self.init(microseconds: seconds * 1_000_000 + fraction)
    }

    private static func offsetSeconds(_ bytes: Slice<UnsafeRawBufferPointer>) -> Int64? {
        if bytes.count == 1, bytes[bytes.startIndex] | 0x20 == UInt8(ascii: "z") { return 0 }
        let start = bytes.startIndex
        guard bytes.count == 6, bytes[start + 3] == UInt8(ascii: ":"),
            let hours = number(bytes[(start + 1)..<(start + 3)]), let minutes = number(bytes[(start + 4)...]),
            hours < 24, minutes < 60
        else { return nil }
        switch bytes[start] {
        case UInt8(ascii: "+"): return hours * 3600 + minutes * 60
        case UInt8(ascii: "-"): return -(hours * 3600 + minutes * 60)
        default: return nil
        }
    }
}

/// A day of the proleptic Gregorian calendar; the arithmetic follows Howard Hinnant's `days_from_civil`.
private struct CivilDate: CustomStringConvertible {
    var year: Int64
    var month: Int64
    var day: Int64

    init?(year: Int64, month: Int64, day: Int64) {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let length: Int64
        switch month {
        case 2: length = leap ? 29 : 28
        case 4, 6, 9, 11: length = 30
        case 1...12: length = 31
        default: return nil
        }
        guard day >= 1, day <= length else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    init(daysSinceEpoch: Int64) {
        let z = daysSinceEpoch + 719_468
        let era = z.floorDivided(by: 146_097)
        let dayOfEra = z - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shifted + 2) / 5 + 1
        month = shifted < 10 ? shifted + 3 : shifted - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    var daysSinceEpoch: Int64 {
        let y = month <= 2 ? year - 1 : year
        let era = y.floorDivided(by: 400)
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    var description: String { "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))" }
}

private func padded(_ value: Int64, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}

private func number(_ digits: Slice<UnsafeRawBufferPointer>) -> Int64? {
    var value: Int64 = 0
    for digit in digits {
        guard (0x30...0x39).contains(digit) else { return nil }
        value = value * 10 + Int64(digit - 0x30)
    }
    return digits.isEmpty ? nil : value
}

extension Int64 {
    fileprivate func floorDivided(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}
