/// What kind of secret a placeholder stands for; the raw value is the word in `***masked:<kind>:<tag>***`.
package enum MaskKind: String, Sendable, CaseIterable {
    /// Anthropic keys and OAuth tokens, `sk-ant-*`.
    case anthropic
    /// `ccf_` client keys.
    case ccf
    case aws
    case google
    case openai
    case github
    case slack
    case stripe
    /// JSON web tokens (RFC 7519).
    case jwt
    /// A token behind the word `Bearer`.
    case bearer
    /// A user and password behind the word `Basic`.
    case basic
    /// A PEM block with a private key.
    case privateKey = "privatekey"
    /// The password in the user part of a URL.
    case password
    /// A value next to a credential-like name.
    case secret
    /// The value of a header that is not on the list.
    case header
    /// The value of a cookie.
    case cookie
    /// The id of a user, an account or a device, in what is exported.
    case id
    /// An e-mail address; its placeholder is `***email:<tag>***`.
    case email
}
