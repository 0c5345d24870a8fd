package import NIOCore

/// The head of an HTTP/1.1 message as its raw bytes, with the places of its parts.
///
/// Nothing is decoded or copied: the event loop forwards from these bytes, the recorder masks from them.
package struct HTTPHead: Sendable {
    /// A part of the head: offset from the head's first byte, and length.
    package struct Part: Hashable, Sendable {
        package var start: UInt32
        package var length: UInt32

        /// Names a part.
        package init(start: Int, length: Int) {
            self.start = UInt32(truncatingIfNeeded: start)
            self.length = UInt32(truncatingIfNeeded: length)
        }

        /// The part as a range of offsets.
        package var range: Range<Int> { Int(start)..<Int(start) + Int(length) }
    }

    /// A header line: name, and value without surrounding white space.
    package struct Line: Hashable, Sendable {
        package var name: Part
        package var value: Part
        /// What the line is, if the data plane has to know.
        package var known: KnownHeader?

        /// Names a line.
        package init(name: Part, value: Part, known: KnownHeader?) {
            self.name = name
            self.value = value
            self.known = known
        }
    }

    /// The head's bytes from the start line to the empty line.
    package var bytes: ByteBuffer
    /// Method or version.
    package var first: Part
    /// Request target or status code.
    package var second: Part
    /// Version or reason phrase.
    package var third: Part
    /// The header lines in wire order.
    package var lines: [Line]

    /// Makes a head from parsed places.
    package init(bytes: ByteBuffer, first: Part, second: Part, third: Part, lines: [Line]) {
        self.bytes = bytes
        self.first = first
        self.second = second
        self.third = third
        self.lines = lines
    }

    /// Gives the bytes of a part to a closure.
    package func withBytes<Result>(_ part: Part, _ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try bytes.withUnsafeReadableBytes { try body(UnsafeRawBufferPointer(rebasing: $0[part.range])) }
    }

    /// A part as text; bytes that are not UTF-8 are replaced.
    package func text(_ part: Part) -> String {
        withBytes(part) { String(decoding: $0, as: UTF8.self) }
    }

    /// The value of the first line that is the given header.
    package func value(_ known: KnownHeader) -> String? {
        lines.first { $0.known == known }.map { text($0.value) }
    }

    /// The value of the first line with that name, given in lower case.
    package func value(named name: StaticString) -> String? {
        lines.first { line in withBytes(line.name) { $0.isEqualIgnoringCase(name) } }.map { text($0.value) }
    }
}

/// A header line that is handled, not only forwarded.
package enum KnownHeader: UInt8, Sendable {
    case acceptEncoding
    case anthropicVersion
    case connection
    case contentEncoding
    case contentLength
    case contentType
    /// `Cookie`.
    case cookie
    /// `x-api-key` and `Authorization`.
    case credential
    case expect
    case host
    /// `Keep-Alive`, `Proxy-Connection`, `Proxy-Authorization`, `Proxy-Authenticate`, `TE`, `Trailer`, `Upgrade`: they
    /// concern one connection only (RFC 9110 section 7.6.1).
    case hopByHop
    /// `x-tapedeck-account`, by which a request asks for an account.
    case pin
    /// `ReplayMark.header`.
    case replayMark
    case sessionID
    case transferEncoding

    /// Recognises a name in any case of letters.
    package init?(_ name: UnsafeRawBufferPointer) {
        let known: KnownHeader?
        switch name.count {
        case 2: known = name.isEqualIgnoringCase("te") ? .hopByHop : nil
        case 4: known = name.isEqualIgnoringCase("host") ? .host : nil
        case 6 where name.isEqualIgnoringCase("cookie"): known = .cookie
        case 6: known = name.isEqualIgnoringCase("expect") ? .expect : nil
        case 7:
            let isOne = name.isEqualIgnoringCase("trailer") || name.isEqualIgnoringCase("upgrade")
            known = isOne ? .hopByHop : nil
        case 9: known = name.isEqualIgnoringCase("x-api-key") ? .credential : nil
        case 10 where name.isEqualIgnoringCase("connection"): known = .connection
        case 10: known = name.isEqualIgnoringCase("keep-alive") ? .hopByHop : nil
        case 12 where name.isEqualIgnoringCase("content-type"): known = .contentType
        case 12: known = name.isEqualIgnoringCase("x-session-id") ? .sessionID : nil
        case 13: known = name.isEqualIgnoringCase("authorization") ? .credential : nil
        case 14: known = name.isEqualIgnoringCase("content-length") ? .contentLength : nil
        case 15: known = name.isEqualIgnoringCase("accept-encoding") ? .acceptEncoding : nil
        case 16 where name.isEqualIgnoringCase("content-encoding"): known = .contentEncoding
        case 16: known = name.isEqualIgnoringCase("proxy-connection") ? .hopByHop : nil
        case 17 where name.isEqualIgnoringCase("x-tapedeck-replay"): known = .replayMark
        case 17 where name.isEqualIgnoringCase("anthropic-version"): known = .anthropicVersion
        case 17: known = name.isEqualIgnoringCase("transfer-encoding") ? .transferEncoding : nil
        case 18 where name.isEqualIgnoringCase("x-tapedeck-account"): known = .pin
        case 18: known = name.isEqualIgnoringCase("proxy-authenticate") ? .hopByHop : nil
        case 19 where name.isEqualIgnoringCase("proxy-authorization"): known = .hopByHop
        case 19: known = name.isEqualIgnoringCase("x-claude-session-id") ? .sessionID : nil
        case 24: known = name.isEqualIgnoringCase("x-claude-code-session-id") ? .sessionID : nil
        default: known = nil
        }
        guard let known else { return nil }
        self = known
    }
}

extension UnsafeRawBufferPointer {
    /// Whether the bytes are the given ASCII text, which is in lower case, in any case of letters.
    package func isEqualIgnoringCase(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        let other = text.utf8Start
        for index in 0..<count {
            let byte = self[index]
            let folded = byte &- 0x41 < 26 ? byte | 0x20 : byte
            if folded != other[index] { return false }
        }
        return true
    }
}
