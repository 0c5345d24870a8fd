package import Recorder

/// A key that a client needs to use this proxy; of the key itself only a hash is kept.
package struct ClientKey: Hashable, Sendable {
    /// Whom or what it is for; records show it.
    package var name: String
    /// The SHA-256 of the key.
    package var digest: Digest
    /// When it was made.
    package var createdAt: Timestamp
    /// Requests per minute, or `nil` for any number.
    package var requestsPerMinute: Int?
    /// Tokens per day (UTC), or `nil` for any number.
    package var tokensPerDay: Int?
    /// When it was revoked, or `nil` while it is good.
    package var revokedAt: Timestamp?

    /// What a key begins with.
    package static let prefix = "ccf_"
    /// How many bytes a key has: the prefix and 64 hexadecimal digits.
    package static let length = 68

    /// Makes an entry for a key.
    package init(name: String, digest: Digest, createdAt: Timestamp) {
        self.name = name
        self.digest = digest
        self.createdAt = createdAt
    }

    /// A new key, of 32 bytes from the system's random source.
    package static func random() -> String {
        var source = SystemRandomNumberGenerator()
        let digits = Array("0123456789abcdef".utf8)
        var text = Array(prefix.utf8)
        for _ in 0..<32 {
            let byte: UInt8 = source.next()
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The hash under which a key is kept.
    package static func digest(of key: String) -> Digest {
        var key = key
        return key.withUTF8 { Digest(of: UnsafeRawBufferPointer($0)) }
    }
}
