import Recorder

/// Times relative to now in header values: `{now+5h}`, `{now+7s:rfc3339}`, `{now+10m:http}`.
///
/// A time is `now`, or `now` with `+` or `-`, a whole number of at most seven digits and a unit: `s`, `m`, `h` or `d`. Without a form it is
/// epoch seconds.
enum TimeTemplate {
    /// Fills the times in a header value.
    ///
    /// - Returns: `nil` when a `{now` begins something that is no time.
    static func fill(_ value: String, now: Timestamp) -> String? {
        guard value.contains("{now") else { return value }
        var result = ""
        var rest = Substring(value)
        while let start = rest.firstIndex(of: "{") {
            result += rest[..<start]
            rest = rest[start...]
            guard rest.hasPrefix("{now") else {
                result.append("{")
                rest = rest.dropFirst()
                continue
            }
            guard let end = rest.firstIndex(of: "}"),
                let text = time(rest[..<end].dropFirst(4), now: now)
            else { return nil }
            result += text
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }

    /// Fills the times in a list of headers; a value that is no template stays as it is.
    static func fill(_ headers: [ScriptedHeader], now: Timestamp) -> [ScriptedHeader] {
        headers.map { ScriptedHeader($0.name, fill($0.value, now: now) ?? $0.value) }
    }

    private static func time(_ text: Substring, now: Timestamp) -> String? {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let offset = parts.first.flatMap(seconds) else { return nil }
        let time = now.advanced(byMicroseconds: offset * 1_000_000)
        switch parts.dropFirst().first {
        case nil: return String(time.wholeSeconds)
        case "rfc3339": return time.secondsText
        case "http": return time.httpDate
        default: return nil
        }
    }

    private static func seconds(_ text: Substring) -> Int64? {
        guard let sign = text.first else { return 0 }
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        let digits = text.dropFirst().dropLast()
        guard sign == "+" || sign == "-", let unit = text.last.flatMap({ units[$0] }),
            (1...7).contains(digits.count), digits.allSatisfy({ ("0"..."9").contains($0) }),
            let count = Int64(digits)
        else { return nil }
        return sign == "-" ? -count * unit : count * unit
    }
}
