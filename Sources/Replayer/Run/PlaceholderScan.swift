import Recorder

/// Looks for placeholders in what would be sent: a placeholder is no credential, and nobody should get one for one.
enum PlaceholderScan {
    /// The most that are named; one is enough not to send.
    private static let limit = 8

    /// What a request lacks, in words such as `anthropic key in the body (messages[2].content)`.
    ///
    /// - Parameters:
    ///   - path: the path.
    ///   - query: what follows the `?`.
    ///   - body: the body without its content coding.
    /// - Returns: nothing when it can be sent.
    static func needs(path: String, query: String?, body: [UInt8]) -> [String] {
        var needs = named(in: path, place: "the path")
        if let query { needs += named(in: query, place: "the query") }
        body.withUnsafeBytes { bytes in
            let found = Placeholder.all(in: bytes, limit: limit)
            let value = found.isEmpty ? nil : JSONValue(validating: bytes)
            for placeholder in found {
                let place = value.flatMap { PlaceholderScan.place(of: placeholder.range.lowerBound, in: $0) }
                needs.append("\(secret(placeholder.kind)) in the body\(place.map { " (\($0))" } ?? "")")
            }
            if found.isEmpty, holdsEncoded(bytes) { needs.append("a secret in base64 in the body") }
        }
        var seen: Set<String> = []
        return needs.filter { seen.insert($0).inserted }
    }

    /// Whether a text holds a placeholder.
    static func holds(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { !Placeholder.all(in: UnsafeRawBufferPointer($0), limit: 1).isEmpty }
    }

    private static func named(in text: String, place: String) -> [String] {
        var text = text
        return text.withUTF8 { Placeholder.all(in: UnsafeRawBufferPointer($0), limit: limit) }
            .map { "\(secret($0.kind)) in \(place)" }
    }

    /// What people call a kind of secret.
    private static func secret(_ kind: String) -> String {
        switch kind {
        case "bearer": "bearer token"
        case "privatekey": "private key"
        case "password", "cookie", "secret": kind
        case "jwt": "web token"
        default: "\(kind) key"
        }
    }

    // MARK: - Places

    /// The path of members and elements to the innermost value that covers an offset, such as `messages[2].content`.
    private static func place(of offset: Int, in value: JSONValue) -> String? {
        var path = ""
        var current = value
        // Deeper places are named by what holds them.
        for _ in 0..<12 {
            guard let (step, inner) = step(to: offset, in: current) else { break }
            path += path.isEmpty && step.hasPrefix(".") ? String(step.dropFirst()) : step
            current = inner
        }
        return path.isEmpty ? nil : path
    }

    private static func step(to offset: Int, in value: JSONValue) -> (String, JSONValue)? {
        var found: (String, JSONValue)?
        value.forEachMember { key, member in
            guard member.range.contains(offset) else { return member.range.lowerBound <= offset }
            found = (".\(printable(key.string ?? ""))", member)
            return false
        }
        var index = 0
        value.forEachElement { element in
            guard element.range.contains(offset) else {
                index += 1
                return element.range.lowerBound <= offset
            }
            found = ("[\(index)]", element)
            return false
        }
        return found
    }

    /// Names are the recording's: only what can't disturb a terminal is shown.
    private static func printable(_ name: String) -> String {
        String(name.prefix(40).map { $0.isASCII && ($0.isLetter || $0.isNumber || "_-.$".contains($0)) ? $0 : "?" })
    }

    // MARK: - Base64

    /// The characters that `***masked:` and `***email:` become in base64, at each of the three places in a group.
    private static let encodedMarks: [[UInt8]] = ["***masked:", "***email:"].flatMap { mark in
        (0..<3).map { encoded(Array(mark.utf8), shift: $0) }
    }

    private static func holdsEncoded(_ bytes: UnsafeRawBufferPointer) -> Bool {
        encodedMarks.contains { mark in
            guard let first = mark.first, bytes.count >= mark.count else { return false }
            return (0...(bytes.count - mark.count)).contains { start in
                bytes[start] == first && (1..<mark.count).allSatisfy { bytes[start + $0] == mark[$0] }
            }
        }
    }

    /// The base64 characters that depend on `text` alone when it lies `shift` bytes behind a border of three.
    private static func encoded(_ text: [UInt8], shift: Int) -> [UInt8] {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var bits: [UInt8] = Array(repeating: 0, count: shift * 8)
        for byte in text { bits += (0..<8).map { byte >> UInt8(7 - $0) & 1 } }
        let first = (shift * 8 + 5) / 6
        return (first..<(bits.count / 6)).map { group in
            alphabet[bits[(group * 6)..<(group * 6 + 6)].reduce(0) { $0 << 1 | Int($1) }]
        }
    }
}
