/// Reads the head of an answer from the lines libcurl hands over, one a call.
///
/// Interim answers (1xx) come in front in the same way, trailers behind the body; only the final head is kept.
struct HeadReader {
    private(set) var status: Int?
    private(set) var reason = ""
    private(set) var headers: [CurlHeader] = []
    /// Whether the empty line behind the final head has come.
    private(set) var isWhole = false

    /// Takes a line with its line break.
    mutating func take(_ line: UnsafeRawBufferPointer) {
        var text = line[...]
        while let last = text.last, last == 0x0D || last == 0x0A { text = text.dropLast() }
        if !isWhole, text.starts(with: "HTTP/".utf8) {
            begin(text)
        } else if text.isEmpty {
            if let status, status >= 200 || status == 101 { isWhole = true }
        } else if !isWhole, let colon = text.firstIndex(of: UInt8(ascii: ":")) {
            headers.append(
                CurlHeader(HeadReader.text(text[..<colon]), HeadReader.text(HeadReader.trimmed(text[(colon + 1)...])))
            )
        }
    }

    private mutating func begin(_ line: Slice<UnsafeRawBufferPointer>) {
        let parts = line.split(separator: 0x20, maxSplits: 2, omittingEmptySubsequences: false)
        status = parts.count > 1 ? Int(HeadReader.text(parts[1])) : nil
        reason = parts.count > 2 ? HeadReader.text(parts[2]) : ""
        headers = []
    }

    private static func trimmed(_ bytes: Slice<UnsafeRawBufferPointer>) -> Slice<UnsafeRawBufferPointer> {
        var bytes = bytes
        while let first = bytes.first, first == 0x20 || first == 0x09 { bytes = bytes.dropFirst() }
        while let last = bytes.last, last == 0x20 || last == 0x09 { bytes = bytes.dropLast() }
        return bytes
    }

    private static func text(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        return String(String.UnicodeScalarView(bytes.map { UnicodeScalar($0) }))
    }
}
