import CCurl

/// How a transfer came to its end; texts are libcurl's words for the reason.
package enum CurlEnd: Hashable, Sendable {
    /// Everything that was announced has come.
    case complete
    /// The answer's body ended before its framing said so.
    case truncated(String)
    /// The connection was reset, or closed before an answer came.
    case reset(String)
    /// A time limit ran out.
    case timeout(String)
    /// There was no connection: the name is unknown, the port refuses, or the certificate is not trusted.
    case unreachable(String)
    /// The body was longer than the request's limit; what fitted is there.
    case tooLarge
    /// The caller did not want it any more.
    case cancelled
    /// Anything else, such as an answer that is not HTTP or a URL that is none.
    case failed(String)

    /// The reason in libcurl's words, when there is one.
    package var reason: String? {
        switch self {
        case .complete, .cancelled: nil
        case .tooLarge: "the body is larger than the limit"
        case .truncated(let text), .reset(let text), .timeout(let text), .unreachable(let text), .failed(let text): text
        }
    }

    init(_ code: CURLcode, reason: String) {
        switch code {
        case CURLE_OK: self = .complete
        case CURLE_PARTIAL_FILE: self = .truncated(reason)
        case CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_HTTP2, CURLE_HTTP2_STREAM:
            self = .reset(reason)
        case CURLE_OPERATION_TIMEDOUT: self = .timeout(reason)
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT, CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR:
            self = .unreachable(reason)
        default: self = .failed(reason)
        }
    }
}
