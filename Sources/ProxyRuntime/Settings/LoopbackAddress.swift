#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Which hosts only this machine can reach.
package enum LoopbackAddress {
    /// Whether a host is `localhost`, in 127.0.0.0/8, or `::1` with or without brackets.
    package static func contains(_ host: some StringProtocol) -> Bool {
        if host.lowercased() == "localhost" { return true }
        var address = in_addr()
        if inet_pton(AF_INET, String(host), &address) == 1 { return UInt32(bigEndian: address.s_addr) >> 24 == 127 }
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : String(host)
        var address6 = in6_addr()
        guard inet_pton(AF_INET6, bare, &address6) == 1 else { return false }
        return withUnsafeBytes(of: &address6) { $0.last == 1 && $0.dropLast().allSatisfy { $0 == 0 } }
    }

    /// Whether the value of a `Host` header is one of those, with any port.
    static func containsHost(_ value: String) -> Bool {
        if value.hasPrefix("[") {
            guard let end = value.firstIndex(of: "]") else { return false }
            return contains(value[...end]) && isPort(value[value.index(after: end)...])
        }
        let host = value.prefix { $0 != ":" }
        return contains(host) && isPort(value[host.endIndex...])
    }

    private static func isPort(_ text: Substring) -> Bool {
        guard let first = text.first else { return true }
        return first == ":" && text.dropFirst().utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
}
