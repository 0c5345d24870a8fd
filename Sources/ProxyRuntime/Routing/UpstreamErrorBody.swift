import Recorder

/// What the body of a refusal, or the data of an `error` event, says went wrong.
///
/// Both `{"type":"error","error":{…}}` and `{"error":{…}}` are read. It is parsed and not searched: a message may quote
/// anything.
struct UpstreamErrorBody: Hashable, Sendable {
    /// `error.type`, such as `rate_limit_error`.
    var type: String?
    /// `error.message`.
    var message: String?
    /// `error.details.error_code`, the stable sign among the three.
    var code: String?

    /// Names an error.
    init(type: String? = nil, message: String? = nil, code: String? = nil) {
        self.type = type
        self.message = message
        self.code = code
    }

    /// Reads bytes without content coding; `nil` when they are cut off, no JSON, or have no `error`.
    init?(_ bytes: [UInt8]) {
        guard bytes.contains(UInt8(ascii: "{")) else { return nil }
        let found = JSONValue.read(bytes) { root -> UpstreamErrorBody? in
            guard let error = root["error"], error.kind == .object else { return nil }
            return UpstreamErrorBody(
                type: error["type"]?.string,
                message: error["message"]?.string,
                code: error.value(at: ["details", "error_code"])?.string
            )
        }
        guard let found else { return nil }
        self = found
    }
}
