/// The secret of an account, which is never shown: as text it is `(hidden)`.
package struct Credential: Hashable, Sendable {
    /// The key or token itself, for the header that carries it and for `accounts.json`.
    package let secret: String

    /// Wraps a key or token.
    package init(_ secret: String) {
        self.secret = secret
    }

    /// Whether it is an OAuth token, which goes upstream as Bearer only.
    package var isOAuth: Bool { secret.hasPrefix("sk-ant-oat") }
}

extension Credential: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "(hidden)" }
    package var debugDescription: String { "(hidden)" }
    package var customMirror: Mirror { Mirror(reflecting: "(hidden)") }
}
