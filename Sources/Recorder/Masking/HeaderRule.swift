/// Which header values may be stored as they are.
///
/// An unknown header is masked: a vendor's new header can carry a credential before anybody hears of it.
enum HeaderRule {
    /// Stored, after a look for secrets in it.
    case verbatim
    /// A scheme word and credentials.
    case authorization
    /// Names stay, values go.
    case cookie
    /// As `cookie`, with attributes that stay.
    case setCookie
    /// Masked whole.
    case masked

    private static let names: [StaticString] = [
        "accept", "accept-charset", "accept-encoding", "accept-language", "accept-ranges", "age", "allow",
        "anthropic-beta", "anthropic-dangerous-direct-browser-access", "anthropic-version", "cache-control", "cf-ray",
        "cf-cache-status", "connection", "content-disposition", "content-encoding", "content-language",
        "content-length", "content-range", "content-type", "date", "etag", "expect", "expires", "host",
        "idempotency-key",
        "if-modified-since", "if-none-match", "keep-alive", "last-modified", "openai-processing-ms", "openai-version",
        "pragma", "proxy-connection", "request-id", "retry-after", "retry-after-ms", "sec-fetch-dest",
        "sec-fetch-mode", "sec-fetch-site", "server", "server-timing", "strict-transport-security", "te", "traceparent",
        "trailer", "transfer-encoding", "upgrade", "user-agent", "vary", "via", "x-amzn-errortype", "x-amzn-requestid",
        "x-app", "x-claude-code-agent-id", "x-claude-code-parent-agent-id", "x-claude-code-session-id",
        "x-claude-session-id", "x-content-type-options", "x-request-id", "x-robots-tag", "x-session-id",
        "x-should-retry",
    ]
    private static let prefixes: [StaticString] = [
        "anthropic-ratelimit-", "anthropic-priority-", "anthropic-fast-", "x-stainless-", "x-tapedeck-", "x-ratelimit-",
        "x-envoy-", "x-amzn-bedrock-",
    ]
    private static let rules: [UInt64: (name: StaticString, rule: HeaderRule)] = {
        var rules: [UInt64: (name: StaticString, rule: HeaderRule)] = [:]
        let special: [(StaticString, HeaderRule)] = [
            ("authorization", .authorization), ("proxy-authorization", .authorization), ("cookie", .cookie),
            ("set-cookie", .setCookie),
        ]
        for (name, rule) in names.map({ ($0, HeaderRule.verbatim) }) + special {
            let bytes = UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
            rules[hash(bytes)] = (name, rule)
        }
        return rules
    }()

    /// The rule for a header, whatever the case of its name.
    static func rule(for name: UnsafeRawBufferPointer) -> HeaderRule {
        if let entry = rules[hash(name)], name.count == entry.name.utf8CodeUnitCount, begins(name, with: entry.name) {
            return entry.rule
        }
        return prefixes.contains { begins(name, with: $0) } ? .verbatim : .masked
    }

    private static func hash(_ name: UnsafeRawBufferPointer) -> UInt64 {
        var value: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in name { value = (value ^ UInt64(ByteClass.isUpper(byte) ? byte | 0x20 : byte)) &* 0x100_0000_01B3 }
        return value
    }

    private static func begins(_ name: UnsafeRawBufferPointer, with prefix: StaticString) -> Bool {
        guard name.count >= prefix.utf8CodeUnitCount else { return false }
        for index in 0..<prefix.utf8CodeUnitCount {
            let byte = name[index]
            guard (ByteClass.isUpper(byte) ? byte | 0x20 : byte) == prefix.utf8Start[index] else { return false }
        }
        return true
    }
}
