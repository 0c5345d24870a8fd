import Recorder

/// Which lines of a recorded head go out again.
///
/// Left out are lines that concern one connection (RFC 9110 section 7.6.1), `Host` and `Content-Length`, which the new
/// connection has its own of, credentials, and whatever was masked.
struct HeaderSelection {
    /// The lines to send, in their recorded order.
    private(set) var lines: [HeaderField] = []
    /// Names of lines whose values were masked, credentials left aside.
    private(set) var dropped: [String] = []
    /// Whether the recorded head announced a body, be it empty.
    private(set) var announcesBody = false
    /// The header that carried the credential, with its place.
    private var credential: (name: String, place: Int)?

    private static let credentials: Set<String> = ["authorization", "cookie", "proxy-authorization", "x-api-key"]

    /// Chooses from the lines of a recorded head.
    init(_ recorded: HeaderBlock) {
        let connection = recorded.filter { $0.name.equalsIgnoringCase("connection") }.map(\.value)
        // Whether a server wants to be asked first is a matter of the new connection, too.
        let own = ConnectionHeaders.names(connection).union(["host", "content-length", "expect"])
        for line in recorded {
            let name = line.name.lowercased()
            if name == "content-length" || name == "transfer-encoding" { announcesBody = true }
            if own.contains(name) { continue }
            if name.hasPrefix("x-tapedeck-") { continue }
            if HeaderSelection.credentials.contains(name) {
                // Two forms at once: `x-api-key` is what the API looks at first.
                if name == "x-api-key" || name == "authorization" && credential?.name.lowercased() != "x-api-key" {
                    credential = (line.name, lines.count)
                }
            } else if PlaceholderScan.holds(line.value) {
                dropped.append(line.name)
            } else if name == "accept-encoding" {
                lines.append(HeaderField(line.name, HeaderSelection.readable(line.value)))
            } else {
                lines.append(line)
            }
        }
    }

    /// Puts a key where the recorded request had its credential, in the same form.
    mutating func addKey(_ key: String?) {
        guard let key else { return }
        let name = credential?.name ?? "x-api-key"
        let value = name.equalsIgnoringCase("authorization") ? "Bearer \(key)" : key
        lines.insert(HeaderField(name, value), at: min(credential?.place ?? lines.count, lines.count))
    }

    /// Leaves the content coding out, of a body that goes out without it.
    mutating func removeContentEncoding() {
        let places = lines.indices.filter { lines[$0].name.equalsIgnoringCase("content-encoding") }
        for place in places.reversed() {
            lines.remove(at: place)
            if let credential, credential.place > place { self.credential?.place -= 1 }
        }
    }

    /// Puts a line in the place of those of its name, or at the end.
    mutating func replace(_ line: HeaderField) {
        let place = lines.firstIndex { $0.name.equalsIgnoringCase(line.name) }
        lines.removeAll { $0.name.equalsIgnoringCase(line.name) }
        lines.insert(line, at: min(place ?? lines.count, lines.count))
    }

    /// An `Accept-Encoding` without what can't be compared afterwards.
    private static func readable(_ value: String) -> String {
        let codings = value.split(separator: ",").map { String($0).trimmingSpaces }.filter { coding in
            let name = coding.prefix { $0 != ";" }
            return ["gzip", "x-gzip", "deflate", "identity"].contains { name.equalsIgnoringCase($0) }
        }
        return codings.isEmpty ? "identity" : codings.joined(separator: ", ")
    }
}
