/// What a body's media type and coding mean for masking, decided once from its headers.
package enum BodyForm: Sendable {
    /// Text that can be looked into as it is.
    case text(TextSyntax)
    /// Text behind a coding that can be undone.
    case compressed(InflateStream.Format, TextSyntax)
    /// Bytes that can't be looked into; they are not stored, for the given reason.
    case opaque(reason: String)

    /// Decides from `content-type` and `content-encoding`; a missing type is taken for text and checked to be UTF-8.
    package init(contentType: String?, contentEncoding: String?) {
        let type = contentType?.split(separator: ";").first.map { BodyForm.normal($0) } ?? ""
        guard let syntax = BodyForm.syntax(of: type) else {
            self = .opaque(reason: "content-type \(BodyForm.printable(type))")
            return
        }
        if let charset = contentType.flatMap(BodyForm.charset),
            !["utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "latin1", "windows-1252"].contains(charset)
        {
            self = .opaque(reason: "charset \(BodyForm.printable(charset))")
            return
        }
        let codings = (contentEncoding ?? "").split(separator: ",").map { BodyForm.normal($0) }
            .filter { $0 != "identity" && !$0.isEmpty }
        switch codings.count == 1 ? codings[0] : codings.joined(separator: ", ") {
        case "": self = .text(syntax)
        case "gzip", "x-gzip": self = .compressed(.gzip, syntax)
        case "deflate": self = .compressed(.deflate, syntax)
        case let other: self = .opaque(reason: "content-encoding \(BodyForm.printable(other))")
        }
    }

    private static func syntax(of type: String) -> TextSyntax? {
        switch type {
        case "": .text
        case "text/event-stream", "application/x-ndjson", "application/ndjson", "application/jsonl",
            "application/json-lines", "application/x-jsonlines":
            .eventStream
        case "application/json", "text/json": .json
        case "application/x-www-form-urlencoded": .form
        case "application/xml", "application/javascript", "application/ecmascript", "application/graphql",
            "application/yaml", "application/x-yaml", "application/toml", "application/x-sh", "application/sql",
            "application/jwt", "application/x-pem-file", "image/svg+xml", "multipart/form-data", "multipart/mixed":
            .text
        case _ where type.hasPrefix("text/"): .text
        case _ where type.hasSuffix("+json"): .json
        case _ where type.hasSuffix("+xml") || type.hasSuffix("+yaml"): .text
        default: nil
        }
    }

    private static func charset(_ contentType: String) -> String? {
        for parameter in contentType.split(separator: ";").dropFirst() {
            let parts = parameter.split(separator: "=", maxSplits: 1)
            if parts.count == 2, normal(parts[0]) == "charset" {
                return normal(parts[1]).filter { $0 != "\"" && $0 != "'" }
            }
        }
        return nil
    }

    private static func normal(_ text: some StringProtocol) -> String {
        var bytes = Array(text.utf8)
        while let last = bytes.last, ByteClass.isSpace(last) { bytes.removeLast() }
        return String(decoding: bytes.drop(while: ByteClass.isSpace), as: UTF8.self).lowercased()
    }

    /// A header value is the sender's: only what a media type may hold goes into a reason.
    private static func printable(_ text: String) -> String {
        String(text.prefix(60).filter { $0.isASCII && ($0.isLetter || $0.isNumber || "/.+-, ".contains($0)) })
    }
}
