/// An account of a scripted upstream: its key, its limits, and the errors it gets.
package struct ScriptedAccount: Sendable, Hashable {
    /// A name for people.
    var name: String
    /// The credential in `x-api-key` or behind `Bearer` in `authorization`; a `*` at its end makes it a prefix.
    var key: String
    var requestsPerMinute: Int?
    var inputTokensPerMinute: Int?
    var outputTokensPerMinute: Int?
    var windows: [QuotaWindowSettings] = []
    var errors: [ScriptedErrorRule] = []

    /// Tells whether a request carries the account's key.
    func matches(_ request: ReceivedRequest) -> Bool {
        let bearers = request.values(of: "authorization").compactMap { value in
            value.lowercased().hasPrefix("bearer ") ? String(value.dropFirst(7)) : nil
        }
        return (request.values(of: "x-api-key") + bearers).contains {
            key.hasSuffix("*") ? $0.hasPrefix(key.dropLast()) : $0 == key
        }
    }
}
