package import Recorder

/// Where requests go: a scheme, a host, a port and what stands in front of every path.
package struct UpstreamTarget: Hashable, Sendable {
    /// Whether the connection is encrypted.
    package let isSecure: Bool
    /// The host's name or address, without brackets.
    package let host: String
    /// The port.
    package let port: Int
    /// What stands in front of every path; empty or `/something`.
    package let pathPrefix: String
    /// The value of the `Host` header.
    package let authority: String

    /// Parses `http://HOST[:PORT][/PREFIX]` or `https://…`.
    ///
    /// - Throws: `SettingsError` naming `setting`, the value and what is wrong with it.
    package init(url: String, setting: String) throws(SettingsError) {
        let rest: Substring
        if url.hasPrefix("https://") {
            isSecure = true
            rest = url.dropFirst(8)
        } else if url.hasPrefix("http://") {
            isSecure = false
            rest = url.dropFirst(7)
        } else {
            throw SettingsError(setting, url, "begins with neither http:// nor https://")
        }
        let authority = rest.prefix { $0 != "/" }
        var prefix = rest.dropFirst(authority.count)
        while prefix.hasSuffix("/") { prefix = prefix.dropLast() }
        guard !authority.contains("@") else {
            throw SettingsError(setting, "the URL", "holds credentials: give them in a header, not in the URL")
        }
        guard !rest.contains("?"), !rest.contains("#"), rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw SettingsError(setting, url, "has a query, a fragment, white space or characters other than ASCII")
        }
        let (host, port) = UpstreamTarget.split(authority)
        guard !host.isEmpty else { throw SettingsError(setting, url, "names no host") }
        if let port {
            guard let number = Int(port), (1...65535).contains(number) else {
                throw SettingsError(setting, url, "has a port that is not between 1 and 65535")
            }
            self.port = number
        } else {
            self.port = isSecure ? 443 : 80
        }
        self.host = String(host)
        self.authority = String(authority)
        pathPrefix = String(prefix)
    }

    private static func split(_ authority: Substring) -> (host: Substring, port: Substring?) {
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            let host = authority[authority.index(after: authority.startIndex)..<end]
            let rest = authority[authority.index(after: end)...]
            return (host, rest.isEmpty ? nil : rest.hasPrefix(":") ? rest.dropFirst() : "?")
        }
        guard let colon = authority.lastIndex(of: ":") else { return (authority, nil) }
        return (authority[..<colon], authority[authority.index(after: colon)...])
    }
}

extension UpstreamTarget: CustomStringConvertible {
    /// The URL without a slash at its end.
    package var description: String { (isSecure ? "https://" : "http://") + authority + pathPrefix }
}
