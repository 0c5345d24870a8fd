/// The global id of an exchange: a UUID of version 7 (RFC 9562 section 5.7), ordered by the time it was made.
package struct ExchangeID: Hashable, Comparable, Sendable {
    /// The first eight bytes, big-endian: 48 bits of milliseconds, the version, 12 bits of sub-millisecond fraction.
    package let high: UInt64
    /// The last eight bytes, big-endian: the variant and 62 random bits.
    package let low: UInt64

    /// Wraps the two halves of an id that was made before.
    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Makes an id for an instant; `random` gives the bits that keep ids of one microsecond apart.
    package init(time: Timestamp, random: UInt64) {
        let milliseconds = UInt64(max(0, time.microseconds)) / 1000
        // RFC 9562 section 6.2, method 3: the 12 bits behind the version count 1/4096 of a millisecond.
        let fraction = UInt64(max(0, time.microseconds)) % 1000 * 4096 / 1000
        high = milliseconds << 16 | 0x7000 | fraction
        low = 0x8000_0000_0000_0000 | random & 0x3FFF_FFFF_FFFF_FFFF
    }

    /// Parses the canonical form of 36 characters, in either case.
    ///
    /// - Returns: `nil` for any other text.
    package init?(_ text: some StringProtocol) {
        var high: UInt64 = 0
        var low: UInt64 = 0
        var digits = 0
        for (position, byte) in text.utf8.enumerated() {
            if [8, 13, 18, 23].contains(position) {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            guard let digit = Character(UnicodeScalar(byte)).hexDigitValue, digits < 32 else { return nil }
            if digits < 16 { high = high << 4 | UInt64(digit) } else { low = low << 4 | UInt64(digit) }
            digits += 1
        }
        guard digits == 32 else { return nil }
        self.init(high: high, low: low)
    }

    /// Orders by the 128-bit value, which follows the time of making.
    package static func < (left: ExchangeID, right: ExchangeID) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}

extension ExchangeID: CustomStringConvertible {
    /// The canonical form in lower case, such as `0199f3c2-1d2e-7abc-8def-0123456789ab`.
    package var description: String {
        String(unsafeUninitializedCapacity: 36) { text in
            var position = 0
            for index in 0..<32 {
                if [8, 12, 16, 20].contains(index) {
                    text[position] = UInt8(ascii: "-")
                    position += 1
                }
                let half = index < 16 ? high : low
                let digit = UInt8(truncatingIfNeeded: half >> UInt64(60 - 4 * (index % 16))) & 0xF
                text[position] = digit < 10 ? 0x30 + digit : 0x57 + digit
                position += 1
            }
            return position
        }
    }
}
