import Recorder

/// Looks for placeholders in what would be sent: a placeholder is no credential, and nobody should get one for one.
package enum PlaceholderScan {
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
        var needs = named(in: Array(path.utf8), place: "the path")
        if let query { needs += named(in: Array(query.utf8), place: "the query") }
        needs += named(in: body, place: "the body")
        var seen: Set<String> = []
        return needs.filter { seen.insert($0).inserted }
    }

    /// Whether a text holds a placeholder in any form.
    package static func holds(_ text: String) -> Bool {
        if case .nothing = PlaceholderForms.find(in: Array(text.utf8), limit: 1) { return false }
        return true
    }

    private static func named(in text: [UInt8], place: String) -> [String] {
        switch PlaceholderForms.find(in: text, limit: limit) {
        case .nothing: return []
        case .base64: return ["a secret in base64 in \(place)"]
        case .escaped(let kinds): return kinds.map { "\(secret($0)) in \(place)" }
        case .plain(let found):
            return text.withUnsafeBytes { bytes in
                let value = JSONValue(validating: bytes)
                return found.map { placeholder in
                    let inner = value.flatMap { PlaceholderScan.place(of: placeholder.range.lowerBound, in: $0) }
                    return "\(secret(placeholder.kind)) in \(place)\(inner.map { " (\($0))" } ?? "")"
                }
            }
        }
    }

    /// What people call a kind of secret.
    private static func secret(_ kind: String) -> String {
        switch kind {
        case "bearer": "bearer token"
        case "privatekey": "private key"
        case "password", "cookie", "secret": kind
        case "jwt": "web token"
        case "id": "masked id"
        case "email": "e-mail address"
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
}
