/// How the end of a body is marked (RFC 9112, section 6).
package enum AnswerFraming: String, Sendable, Hashable, CaseIterable {
    /// A `Content-Length` header.
    case contentLength = "length"
    /// `Transfer-Encoding: chunked`, a chunk for each event or for the whole body.
    case chunked
    /// The end of the connection.
    case close
}
