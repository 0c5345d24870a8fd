import NIOCore
import Recorder

/// How the end of a message's body is found (RFC 9112 section 6).
enum BodyFraming: Hashable {
    case none
    case length(Int)
    case chunked
    /// The body goes on until the sender closes the connection; responses only.
    case untilClose

    /// The framing of a request's body.
    ///
    /// - Returns: the framing; a request without one has no body.
    /// - Throws: `HTTPParseError` for every combination two servers could read differently.
    static func ofRequest(_ head: HTTPHead) throws(HTTPParseError) -> BodyFraming {
        let framing = try declared(head)
        if framing == .chunked, head.text(head.third) != "HTTP/1.1" {
            throw HTTPParseError("a request of HTTP/1.0 has a transfer coding")
        }
        return framing ?? .none
    }

    /// The framing of a response's body.
    ///
    /// - Parameters:
    ///   - head: the response's head.
    ///   - status: its status.
    ///   - isHead: whether the request's method was `HEAD`.
    /// - Returns: the framing; a body without one ends with the connection.
    /// - Throws: `HTTPParseError` for framings that contradict one another.
    static func ofResponse(_ head: HTTPHead, status: Int, isHead: Bool) throws(HTTPParseError) -> BodyFraming {
        let framing = try declared(head)
        if isHead || status == 204 || status == 304 || (100..<200).contains(status) { return .none }
        return framing ?? .untilClose
    }

    private static func declared(_ head: HTTPHead) throws(HTTPParseError) -> BodyFraming? {
        var length: Int?
        var isChunked = false
        for line in head.lines {
            if line.known == .contentLength {
                guard length == nil, let value = head.withBytes(line.value, parseLength) else {
                    throw HTTPParseError("the content length is malformed or given twice")
                }
                length = value
            } else if line.known == .transferEncoding {
                guard !isChunked, head.withBytes(line.value, { $0.isEqualIgnoringCase("chunked") }) else {
                    throw HTTPParseError(501, "the only transfer coding understood is chunked, once")
                }
                isChunked = true
            }
        }
        guard !(isChunked && length != nil) else {
            throw HTTPParseError("there is both a content length and a transfer coding")
        }
        return isChunked ? .chunked : length.map { .length($0) }
    }

    private static func parseLength(_ digits: UnsafeRawBufferPointer) -> Int? {
        guard (1...18).contains(digits.count) else { return nil }
        var value = 0
        for digit in digits {
            guard digit.isDigit else { return nil }
            value = value * 10 + Int(digit - 0x30)
        }
        return value
    }
}
