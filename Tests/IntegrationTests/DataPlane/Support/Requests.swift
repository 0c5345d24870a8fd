/// A request to create a message, as text.
func post(
    _ body: String = #"{"model":"m","messages":[]}"#,
    path: String = "/v1/messages",
    version: String = "HTTP/1.1",
    host: String = "localhost",
    lines: [String] = []
) -> String {
    (["POST \(path) \(version)", "Host: \(host)", "Content-Type: application/json"] + lines
        + ["Content-Length: \(body.utf8.count)", "", body]).joined(separator: "\r\n")
}

/// A request without a body, as text.
func get(
    _ path: String = "/v1/models",
    method: String = "GET",
    version: String = "HTTP/1.1",
    lines: [String] = []
) -> String {
    (["\(method) \(path) \(version)", "Host: localhost"] + lines + ["", ""]).joined(separator: "\r\n")
}

/// A body in chunks of a length.
func chunked(_ body: String, size: Int) -> String {
    var text = ""
    var rest = Array(body.utf8)[...]
    while !rest.isEmpty {
        let part = rest.prefix(size)
        text += String(part.count, radix: 16) + "\r\n" + String(decoding: part, as: UTF8.self) + "\r\n"
        rest = rest.dropFirst(part.count)
    }
    return text + "0\r\n\r\n"
}
