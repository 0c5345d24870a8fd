/// One upstream credential with where and how it is used.
package struct Account: Hashable, Sendable {
    /// Whose API it opens.
    package enum Provider: String, Codable, Sendable, CaseIterable {
        case anthropic
    }

    /// The header that carries the credential.
    package enum Auth: String, Codable, Sendable, CaseIterable {
        case xAPIKey = "x-api-key"
        case bearer
    }

    /// The name that records, tables and pages show; unique.
    package var name: String
    /// The key or token.
    package var credential: Credential
    /// Whose API it opens.
    package var provider: Provider = .anthropic
    /// Where its requests go, or `nil` for the proxy's upstream.
    package var baseURL: UpstreamTarget?
    /// Its place in the order of the strategy `priority`: lower goes first.
    package var priority = 0
    /// The header that carries the credential, or `nil` for the one the client used.
    package var auth: Auth?
    /// Whether it is left out until it is resumed.
    package var isPaused = false

    /// Names an account.
    package init(name: String, credential: Credential) {
        self.name = name
        self.credential = credential
    }
}
