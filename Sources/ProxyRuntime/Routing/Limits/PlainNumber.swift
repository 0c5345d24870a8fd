/// A decimal number as headers write it: digits, and perhaps a point and more digits.
///
/// A sign, an exponent, `nan`, `inf` and white space are refused. Nothing is rounded through binary fractions.
struct PlainNumber: Hashable {
    /// The digits in front of the point.
    var whole: Int64
    /// What stands behind the point, in millionths; further digits are dropped.
    var millionths: Int64 = 0

    /// Reads a text that is nothing but such a number, of at most 15 digits in front of the point.
    init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(\.isDigit) }),
            parts[0].count <= 15
        else { return nil }
        whole = parts[0].reduce(0) { $0 * 10 + Int64($1 &- 0x30) }
        guard parts.count == 2 else { return }
        for place in 0..<6 {
            let digit = parts[1].dropFirst(place).first ?? UInt8(ascii: "0")
            millionths = millionths * 10 + Int64(digit &- 0x30)
        }
    }

    /// The number times a million, or `nil` when that is more than any time needs.
    var inMillionths: Int64? {
        whole <= 1_000_000_000_000 ? whole * 1_000_000 + millionths : nil
    }

    /// The number times a thousand, cut to a whole.
    var inThousandths: Int64 {
        whole * 1000 + millionths / 1000
    }
}
