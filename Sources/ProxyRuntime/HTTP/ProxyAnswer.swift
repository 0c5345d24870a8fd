import NIOCore
import Recorder

/// An answer that the proxy makes itself, in the shape of Anthropic's errors.
struct ProxyAnswer {
    /// What happened, as the header `x-tapedeck-error` names it.
    enum Code: String {
        case badRequest = "bad_request"
        case requestTooLarge = "request_too_large"
        case headersTooLarge = "headers_too_large"
        case expectationFailed = "expectation_failed"
        case requestTimeout = "request_timeout"
        case unreachable = "upstream_unreachable"
        case upstreamMalformed = "upstream_malformed"
        case upstreamClosed = "upstream_closed"
        case upstreamTimeout = "upstream_timeout"
        case notFound = "not_found"
        case unavailable = "unavailable"
        case clientKeyMissing = "client_key_missing"
        case clientKeyInvalid = "client_key_invalid"
        case clientKeyLimit = "client_key_limit"
        case adminTokenInvalid = "admin_token_invalid"
        case hostNotAllowed = "host_not_allowed"
        case internalError = "internal_error"
        /// Every account is at a limit.
        case accountsLimited = "accounts_limited"
        /// No account can serve: overloaded, failing or paused.
        case accountsUnavailable = "accounts_unavailable"
        /// `x-tapedeck-account` names none.
        case unknownAccount = "unknown_account"
    }

    /// The status.
    var status: Int
    /// What happened.
    var code: Code
    /// A sentence for people.
    var message: String
    /// Header lines beyond the usual ones.
    var extraLines: [HeaderField] = []

    /// `error.type` as Anthropic uses it for the status.
    var type: String {
        switch status {
        case 401: "authentication_error"
        case 403: "permission_error"
        case 404: "not_found_error"
        case 413: "request_too_large"
        case 429: "rate_limit_error"
        case 504: "timeout_error"
        case 529: "overloaded_error"
        case 500...: "api_error"
        default: "invalid_request_error"
        }
    }

    /// The reason phrase of the status line.
    var reason: String {
        switch status {
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 408: "Request Timeout"
        case 413: "Content Too Large"
        case 417: "Expectation Failed"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        default: "Error"
        }
    }

    /// The body: `{"type":"error","error":{"type","message"},"request_id"}`.
    func body(requestID: String?) -> String {
        let id = requestID.map { "\"\($0)\"" } ?? "null"
        return #"{"type":"error","error":{"type":"\#(type)","message":"\#(message.jsonEscaped)"},"request_id":\#(id)}"#
    }

    /// The header lines.
    func lines(bodyLength: Int, exchange: ExchangeID?, closes: Bool) -> [HeaderField] {
        var lines = [
            HeaderField("Content-Type", "application/json"),
            HeaderField("Content-Length", String(bodyLength)),
            HeaderField("x-tapedeck-error", code.rawValue),
        ]
        lines += extraLines
        if let exchange { lines.append(HeaderField("x-tapedeck-exchange", exchange.description)) }
        if closes { lines.append(HeaderField("Connection", "close")) }
        return lines
    }

    /// An `error` event in the same shape, for a stream that has begun.
    func event(requestID: String?) -> String {
        "event: error\ndata: \(body(requestID: requestID))\n\n"
    }
}
