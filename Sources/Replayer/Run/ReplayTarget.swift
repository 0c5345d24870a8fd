/// Where a replay goes: the base of the URLs that recorded paths are put behind.
package struct ReplayTarget: Hashable, Sendable {
    /// Scheme, host, port and path prefix, without a slash at the end.
    package let base: String
    /// The host without brackets, in lower case.
    package let host: String

    /// Reads an `http` or `https` URL; nothing is looked up.
    ///
    /// - Returns: `nil` for any other text, for one with a user, a query or a fragment, and for a port that is none.
    package init?(_ text: String) {
        guard let mark = text.utf8.firstRange(of: "://".utf8) else { return nil }
        let scheme = text[..<mark.lowerBound].lowercased()
        guard scheme == "http" || scheme == "https" else { return nil }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"@?#\\\"<>^`{|}".utf8.contains($0) }) else {
            return nil
        }
        let rest = text[mark.upperBound...]
        let authority = rest.prefix { $0 != "/" }
        var path = rest.dropFirst(authority.count)
        while path.hasSuffix("/") { path = path.dropLast() }
        guard let (host, port) = ReplayTarget.split(authority) else { return nil }
        self.host = host.lowercased()
        let shown = host.contains(":") ? "[\(self.host)]" : self.host
        base = "\(scheme)://\(shown)\(port.map { ":\($0)" } ?? "")\(path)"
    }

    /// Whether requests stay on this machine: `localhost`, `127.0.0.0/8` or `::1`, written as such.
    package var isLoopback: Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127"
            && parts.allSatisfy { part in
                // "010" is 8 to some resolvers and 10 to others.
                let isPlain = part.utf8.allSatisfy { (0x30...0x39).contains($0) } && (part == "0" || part.first != "0")
                return isPlain && UInt8(part) != nil
            }
    }

    private static func split(_ authority: Substring) -> (host: String, port: Int?)? {
        var host = authority
        var port: Substring?
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            host = authority[authority.index(after: authority.startIndex)..<end]
            let behind = authority[authority.index(after: end)...]
            guard behind.isEmpty || behind.hasPrefix(":") else { return nil }
            port = behind.isEmpty ? nil : behind.dropFirst()
            guard host.contains(":"), host.utf8.allSatisfy({ $0 == 0x3A || $0 == 0x2E || isHexDigit($0) }) else {
                return nil
            }
        } else if let colon = authority.firstIndex(of: ":") {
            host = authority[..<colon]
            port = authority[authority.index(after: colon)...]
        }
        guard !host.isEmpty, !host.contains("["), !host.contains("]") else { return nil }
        guard let port else { return (String(host), nil) }
        guard port.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(port),
            (1...65_535).contains(number)
        else { return nil }
        return (String(host), number)
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
    }
}
