import Crypto

/// The conversation of a request as the policy knows it: a hash, as what clients call it may be anything.
package struct SessionKey: Hashable, Comparable, Sendable {
    private let high: UInt64
    private let low: UInt64

    /// Hashes the session that a request names.
    ///
    /// - Parameters:
    ///   - session: what the client calls it.
    ///   - scope: the name of the client key: clients choose sessions, so two may choose the same.
    package init(_ session: some Sequence<UInt8>, scope: String?) {
        var hash = SHA256()
        if let scope { hash.update(data: Array(scope.utf8)) }
        hash.update(data: [0])
        hash.update(data: Array(session))
        let digest = Array(hash.finalize())
        high = digest[0..<8].reduce(0) { $0 << 8 | UInt64($1) }
        low = digest[8..<16].reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Reads 32 hexadecimal digits.
    package init?(text: String) {
        guard text.utf8.count == 32, text.utf8.allSatisfy({ $0 != 0x2B && $0 != 0x2D }),
            let high = UInt64(text.prefix(16), radix: 16), let low = UInt64(text.suffix(16), radix: 16)
        else { return nil }
        self.high = high
        self.low = low
    }

    /// Any order will do, as long as it is one.
    package static func < (left: SessionKey, right: SessionKey) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }

    /// The hash as 32 hexadecimal digits.
    package var text: String {
        [high, low].map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}
