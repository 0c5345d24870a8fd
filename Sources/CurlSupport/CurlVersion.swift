import CCurl

/// A version of HTTP, as a wish for a request or as what an answer came in.
package enum CurlVersion: String, Hashable, Sendable {
    /// As a wish: HTTP/2 where TLS agrees on it, else HTTP/1.1. No answer comes in this one.
    case automatic
    /// HTTP/1.0; no request asks for it.
    case http10 = "HTTP/1.0"
    /// HTTP/1.1 and nothing else.
    case http11 = "HTTP/1.1"
    /// HTTP/2; without TLS it is spoken from the first byte on, with no upgrade.
    case http2 = "HTTP/2"

    /// The wish in libcurl's numbers.
    var wish: Int {
        switch self {
        case .automatic: Int(CURL_HTTP_VERSION_2TLS)
        case .http10: Int(CURL_HTTP_VERSION_1_0)
        case .http11: Int(CURL_HTTP_VERSION_1_1)
        case .http2: Int(CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE)
        }
    }

    /// The version behind libcurl's number for an answer.
    init?(answer: Int) {
        switch answer {
        case Int(CURL_HTTP_VERSION_1_0): self = .http10
        case Int(CURL_HTTP_VERSION_1_1): self = .http11
        case Int(CURL_HTTP_VERSION_2_0): self = .http2
        default: return nil
        }
    }
}
