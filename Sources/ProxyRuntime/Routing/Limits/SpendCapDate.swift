import Recorder

/// The date at which a spend cap is lifted, as the message of the refusal names it.
///
/// `You will regain access on 2026-12-01 at 00:00 UTC.`
enum SpendCapDate {
    /// A cap is lifted when its month is over.
    static let farthest: Int64 = 62 * 86_400_000_000
    /// Messages of refusals are short; only the start of a long one is read.
    private static let longestMessage = 1024

    /// The first date in a message that lies in the future, at most 62 days away; without a time it means its midnight.
    static func parse(_ message: String, at now: Timestamp) -> Timestamp? {
        let text = Array(message.utf8.prefix(longestMessage))
        var place = 0
        while place + 10 <= text.count {
            guard isDate(at: place, of: text) else {
                place += 1
                continue
            }
            if let time = time(at: place, of: text), time > now, time <= now.advanced(byMicroseconds: farthest) {
                return time
            }
            place += 10
        }
        return nil
    }

    /// Whether `dddd-dd-dd` stands there, by itself.
    private static func isDate(at place: Int, of text: [UInt8]) -> Bool {
        guard place == 0 || !(text[place - 1].isDigit || text[place - 1] == UInt8(ascii: "-")),
            place + 10 == text.count || !(text[place + 10].isDigit || text[place + 10] == UInt8(ascii: "-"))
        else { return false }
        return (0..<10).allSatisfy {
            $0 == 4 || $0 == 7 ? text[place + $0] == UInt8(ascii: "-") : text[place + $0].isDigit
        }
    }

    private static func time(at place: Int, of text: [UInt8]) -> Timestamp? {
        let date = String(decoding: text[place..<place + 10], as: UTF8.self)
        let rest = text[(place + 10)...]
        for separator in [" at ", " ", "T", "t"] where rest.starts(with: separator.utf8) {
            let clock = String(decoding: rest.dropFirst(separator.utf8.count).prefix(40), as: UTF8.self)
            if let time = time(date, clock) { return time }
        }
        return Timestamp(rfc3339: date + "T00:00:00Z")
    }

    /// The time of a day from a text that begins with `00:00`, perhaps with seconds and a zone; without one it is UTC.
    private static func time(_ date: String, _ clock: String) -> Timestamp? {
        var digits = clock.prefix { $0 == ":" || $0 == "." || ("0"..."9").contains($0) }
        let zone = clock.dropFirst(digits.count).drop { $0 == " " }.prefix { !" .,;)".contains($0) }
        while digits.last == "." { digits = digits.dropLast() }
        let seconds = digits.utf8.count == 5 ? ":00" : ""
        let offset = ["", "UTC", "GMT"].contains(zone) ? "Z" : zone
        return Timestamp(rfc3339: "\(date)T\(digits)\(seconds)\(offset)")
    }
}
