/// Decimal text of whole numbers of small units, without floating point and never with an exponent.
package enum Decimals {
    /// Microseconds as milliseconds with one decimal, such as `812.4`.
    package static func milliseconds(_ microseconds: Int64) -> String {
        // Away from zero at the half, as people round.
        let tenths = (microseconds.magnitude + 50) / 100
        let sign = microseconds < 0 && tenths > 0 ? "-" : ""
        return "\(sign)\(tenths / 10).\(tenths % 10)"
    }

    /// Pico-dollars as dollars with as many decimals as are needed, such as `0.000336`.
    package static func dollars(_ picodollars: Int64) -> String {
        let unit: UInt64 = 1_000_000_000_000
        let whole = picodollars.magnitude / unit
        var text = (picodollars < 0 ? "-" : "") + String(whole)
        var fraction = String(picodollars.magnitude % unit)
        guard fraction != "0" else { return text }
        fraction = String(repeating: "0", count: 12 - fraction.utf8.count) + fraction
        while fraction.utf8.last == UInt8(ascii: "0") { fraction.removeLast() }
        text += "." + fraction
        return text
    }

    /// Reads dollars as `dollars(_:)` writes them.
    ///
    /// - Returns: pico-dollars; `nil` for any other text, or more than twelve decimals.
    package static func picodollars(_ text: UnsafeRawBufferPointer) -> Int64? {
        var digits = text[...]
        let isNegative = digits.first == UInt8(ascii: "-")
        if isNegative { digits = digits.dropFirst() }
        var value: Int64 = 0
        var decimals: Int?
        for byte in digits {
            if byte == UInt8(ascii: "."), decimals == nil {
                decimals = 0
                continue
            }
            guard (0x30...0x39).contains(byte), decimals ?? 0 < 12 else { return nil }
            let (tens, isBeyond) = value.multipliedReportingOverflow(by: 10)
            let (sum, isFarBeyond) = tens.addingReportingOverflow(Int64(byte - 0x30))
            guard !isBeyond, !isFarBeyond else { return nil }
            value = sum
            if let count = decimals { decimals = count + 1 }
        }
        guard !digits.isEmpty else { return nil }
        for _ in (decimals ?? 0)..<12 {
            let (tens, isBeyond) = value.multipliedReportingOverflow(by: 10)
            guard !isBeyond else { return nil }
            value = tens
        }
        return isNegative ? -value : value
    }

    /// A duration in microseconds for people: `950 µs`, `812.4 ms`, `1.24 s`, `2m 03s`.
    package static func duration(_ microseconds: Int64) -> String {
        switch microseconds {
        case ..<1_000: return "\(microseconds) µs"
        case ..<1_000_000: return milliseconds(microseconds) + " ms"
        case ..<60_000_000:
            let hundredths = microseconds / 10_000
            return "\(hundredths / 100)." + padded(hundredths % 100) + " s"
        case ..<3_600_000_000:
            let seconds = microseconds / 1_000_000
            return "\(seconds / 60)m " + padded(seconds % 60) + "s"
        default:
            let minutes = microseconds / 60_000_000
            return "\(minutes / 60)h " + padded(minutes % 60) + "m"
        }
    }

    /// A count of bytes for people: `512 B`, `12.3 KB`, `4.0 MB`.
    package static func bytes(_ count: Int) -> String {
        var tenths = max(Int.min / 10, min(Int.max / 10, count)) * 10
        for unit in ["B", "KB", "MB", "GB"] {
            if tenths < 10_000 || unit == "GB" {
                return unit == "B" ? "\(count) B" : "\(tenths / 10).\(tenths % 10) \(unit)"
            }
            tenths /= 1000
        }
        return "\(count) B"
    }

    private static func padded(_ value: Int64) -> String {
        value < 10 ? "0\(value)" : String(value)
    }
}
