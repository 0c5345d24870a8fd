/// An error in Anthropic's shape: `{"type":"error","error":{"type","message","details"?},"request_id"}`.
package struct ScriptedError: Sendable, Hashable {
    /// The status code.
    package var status: Int
    /// The error's type, such as `rate_limit_error`.
    package var type: String
    /// The error's message.
    package var message: String
    /// `details.error_code`, if it has one.
    package var code: String?

    /// Makes an error.
    package init(status: Int, type: String, message: String, code: String? = nil) {
        self.status = status
        self.type = type
        self.message = message
        self.code = code
    }
}
