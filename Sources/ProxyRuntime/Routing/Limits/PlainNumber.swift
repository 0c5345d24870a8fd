/// A decimal number as headers write it: digits, and perhaps a point and more digits.
///
/// A sign, an exponent, `nan`, `inf` and white space are refused. Nothing is rounded through binary fractions.
struct PlainNumber: Hashable {
    /// The digits in front of the point.
    var whole: Int64
    /// What stands behind the point, in millionths; further digits are dropped.
    var millionths: Int64 = 0

    /// Reads bytes that are nothing but such a number, of at most 15 digits in front of the point.
    init?(_ text: UnsafeRawBufferPointer) {
        whole = 0
        // Digits read since the start, or since the point.
        var digits = 0
        var isFraction = false
        for byte in text {
            if byte == UInt8(ascii: "."), !isFraction, digits > 0 {
                isFraction = true
                digits = 0
                continue
            }
            guard byte.isDigit else { return nil }
            digits += 1
            if !isFraction {
                guard digits <= 15 else { return nil }
                whole = whole * 10 + Int64(byte &- 0x30)
            } else if digits <= 6 {
                millionths += PlainNumber.places[digits - 1] * Int64(byte &- 0x30)
            }
        }
        guard digits > 0 else { return nil }
    }

    /// What a one is worth in each place behind the point, in millionths.
    private static let places: [Int64] = [100_000, 10_000, 1000, 100, 10, 1]

    /// The number times a million, or `nil` when that is more than any time needs.
    var inMillionths: Int64? {
        whole <= 1_000_000_000_000 ? whole * 1_000_000 + millionths : nil
    }

    /// The number times a thousand, cut to a whole.
    var inThousandths: Int64 {
        whole * 1000 + millionths / 1000
    }
}
