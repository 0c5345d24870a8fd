/// Writes the heads of HTTP/1.1 answers.
enum HTTPText {
    /// A status line, header lines in order, and the empty line.
    static func head(status: Int, headers: [ScriptedHeader]) -> [UInt8] {
        var text = "HTTP/1.1 \(status) \(reason(of: status))\r\n"
        for header in headers {
            text += "\(header.name): \(header.value)\r\n"
        }
        return Array("\(text)\r\n".utf8)
    }

    /// The usual reason phrase; empty for a status that has none.
    static func reason(of status: Int) -> String {
        reasons[status] ?? ""
    }

    private static let reasons: [Int: String] = [
        100: "Continue", 102: "Processing", 103: "Early Hints",
        200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 206: "Partial Content",
        301: "Moved Permanently", 302: "Found", 304: "Not Modified", 307: "Temporary Redirect",
        400: "Bad Request", 401: "Unauthorized", 402: "Payment Required", 403: "Forbidden", 404: "Not Found",
        405: "Method Not Allowed", 408: "Request Timeout", 409: "Conflict", 413: "Content Too Large",
        417: "Expectation Failed", 422: "Unprocessable Content", 429: "Too Many Requests",
        431: "Request Header Fields Too Large", 500: "Internal Server Error", 501: "Not Implemented",
        502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout",
        // The mock's own, for a request that no answer is left for.
        599: "Replay Miss",
    ]
}
