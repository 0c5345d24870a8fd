import NIOCore
import Recorder

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Parses message heads of HTTP/1.1 (RFC 9112) without leniency: what two readers could read in two ways is refused.
struct HTTPHeadParser {
    /// The longest head in bytes, start line and empty line included.
    var limit: Int
    /// How many bytes have been searched for the end before; a slow sender does not make the search quadratic.
    private var searched = 0

    init(limit: Int) {
        self.limit = limit
    }

    /// Takes a whole head off the front of `buffer`.
    ///
    /// - Parameters:
    ///   - buffer: what has been read and not been taken.
    ///   - isRequest: whether the start line is a request line.
    /// - Returns: `nil` when more bytes are needed.
    /// - Throws: `HTTPParseError`, with status 431 when the limit is passed.
    mutating func parse(_ buffer: inout ByteBuffer, isRequest: Bool) throws(HTTPParseError) -> HTTPHead? {
        if isRequest { skipEmptyLines(&buffer) }
        guard let end = endOfHead(buffer) else {
            guard buffer.readableBytes < limit else { throw HTTPHeadParser.tooLarge(limit) }
            return nil
        }
        searched = 0
        guard end <= limit else { throw HTTPHeadParser.tooLarge(limit) }
        guard let bytes = buffer.readSlice(length: end) else { return nil }
        var failure: HTTPParseError?
        let head = bytes.withUnsafeReadableBytes { raw -> HTTPHead? in
            do throws(HTTPParseError) {
                return try HTTPHeadParser.parse(raw, bytes, isRequest: isRequest)
            } catch {
                failure = error
                return nil
            }
        }
        if let failure { throw failure }
        return head
    }

    private static func tooLarge(_ limit: Int) -> HTTPParseError {
        HTTPParseError(431, "the header block is larger than \(limit) bytes")
    }

    /// RFC 9112 section 2.2: empty lines in front of a request line are ignored.
    private mutating func skipEmptyLines(_ buffer: inout ByteBuffer) {
        while buffer.readableBytes >= 2, buffer.getInteger(at: buffer.readerIndex, as: UInt16.self) == 0x0D0A {
            buffer.moveReaderIndex(forwardBy: 2)
            // Its carriage return may have been searched already.
            searched = 0
        }
    }

    /// The length of the head up to and with the empty line, or `nil`.
    ///
    /// A line feed that ends a line without carriage return is found here too, so that it is refused at once and not
    /// after the limit.
    private mutating func endOfHead(_ buffer: ByteBuffer) -> Int? {
        let from = max(0, searched - 3)
        let found = buffer.withUnsafeReadableBytes { raw -> Int? in
            guard let base = raw.baseAddress else { return nil }
            var position = from
            while position < raw.count, let hit = memchr(base + position, 0x0A, raw.count - position) {
                let index = UnsafeRawPointer(hit) - base
                if index + 1 < raw.count, raw[index + 1] == 0x0A { return index + 2 }
                if index + 2 < raw.count, raw[index + 1] == 0x0D, raw[index + 2] == 0x0A { return index + 3 }
                position = index + 1
            }
            return nil
        }
        if found == nil { searched = min(buffer.readableBytes, limit) }
        return found
    }

    private static func parse(
        _ raw: UnsafeRawBufferPointer,
        _ bytes: ByteBuffer,
        isRequest: Bool
    ) throws(HTTPParseError) -> HTTPHead {
        guard let base = raw.baseAddress else { throw HTTPParseError("the head is empty") }
        let startLineEnd = try lineEnd(raw, base, from: 0)
        let parts =
            isRequest
            ? try requestLine(raw, end: startLineEnd)
            : try statusLine(raw, end: startLineEnd)
        var lines: [HTTPHead.Line] = []
        lines.reserveCapacity(32)
        var position = startLineEnd + 2
        while true {
            let end = try lineEnd(raw, base, from: position)
            if end == position { break }
            lines.append(try headerLine(raw, base, from: position, to: end))
            position = end + 2
        }
        return HTTPHead(bytes: bytes, first: parts.0, second: parts.1, third: parts.2, lines: lines)
    }

    /// The place of the carriage return that ends the line.
    private static func lineEnd(
        _ raw: UnsafeRawBufferPointer,
        _ base: UnsafeRawPointer,
        from: Int
    ) throws(HTTPParseError) -> Int {
        guard let hit = memchr(base + from, 0x0A, raw.count - from) else {
            throw HTTPParseError("the head has no end")
        }
        let feed = UnsafeRawPointer(hit) - base
        guard feed > from, raw[feed - 1] == 0x0D else {
            throw HTTPParseError("a line ends without a carriage return")
        }
        return feed - 1
    }

    private typealias StartLine = (HTTPHead.Part, HTTPHead.Part, HTTPHead.Part)

    private static func requestLine(_ raw: UnsafeRawBufferPointer, end: Int) throws(HTTPParseError) -> StartLine {
        var method = 0
        while method < end, raw[method].isToken { method += 1 }
        guard method > 0, method < end, raw[method] == 0x20 else {
            throw HTTPParseError("the request line does not begin with a method")
        }
        var target = method + 1
        while target < end, raw[target] > 0x20, raw[target] != 0x7F { target += 1 }
        guard target > method + 1, target < end, raw[target] == 0x20 else {
            throw HTTPParseError("the request line has no target, or white space in it")
        }
        let version = UnsafeRawBufferPointer(rebasing: raw[(target + 1)..<end])
        guard version.count == 8, version.starts(with: "HTTP/".utf8), version[6] == 0x2E,
            version[5].isDigit, version[7].isDigit
        else { throw HTTPParseError("the request line does not end with an HTTP version") }
        guard version[5] == 0x31 else { throw HTTPParseError(505, "only HTTP/1.1 and HTTP/1.0 are spoken here") }
        return (
            HTTPHead.Part(start: 0, length: method),
            HTTPHead.Part(start: method + 1, length: target - method - 1),
            HTTPHead.Part(start: target + 1, length: 8)
        )
    }

    private static func statusLine(_ raw: UnsafeRawBufferPointer, end: Int) throws(HTTPParseError) -> StartLine {
        guard end >= 12, raw.starts(with: "HTTP/1.".utf8), raw[7].isDigit, raw[8] == 0x20,
            raw[9].isDigit, raw[10].isDigit, raw[11].isDigit, raw[9] != 0x30,
            end == 12 || raw[12] == 0x20
        else { throw HTTPParseError("the status line is malformed") }
        for index in 12..<end where raw[index].isControl {
            throw HTTPParseError("the status line has a control character")
        }
        let reason = min(13, end)
        return (
            HTTPHead.Part(start: 0, length: 8),
            HTTPHead.Part(start: 9, length: 3),
            HTTPHead.Part(start: reason, length: end - reason)
        )
    }

    private static func headerLine(
        _ raw: UnsafeRawBufferPointer,
        _ base: UnsafeRawPointer,
        from: Int,
        to end: Int
    ) throws(HTTPParseError) -> HTTPHead.Line {
        var colon = from
        while colon < end, raw[colon].isToken { colon += 1 }
        guard colon > from, colon < end, raw[colon] == 0x3A else {
            // White space in front of the colon and folded lines are how requests are smuggled (RFC 9112 section 5).
            throw HTTPParseError("a header line has no name, or white space in or before it")
        }
        var start = colon + 1
        while start < end, raw[start] == 0x20 || raw[start] == 0x09 { start += 1 }
        var stop = end
        while stop > start, raw[stop - 1] == 0x20 || raw[stop - 1] == 0x09 { stop -= 1 }
        for index in start..<stop where raw[index].isControl {
            throw HTTPParseError("a header value has a control character")
        }
        return HTTPHead.Line(
            name: HTTPHead.Part(start: from, length: colon - from),
            value: HTTPHead.Part(start: start, length: stop - start),
            known: KnownHeader(UnsafeRawBufferPointer(rebasing: raw[from..<colon]))
        )
    }
}

extension UInt8 {
    var isDigit: Bool { self &- 0x30 < 10 }

    /// A control character other than the tabulator (RFC 9110 section 5.5).
    var isControl: Bool { self < 0x20 && self != 0x09 || self == 0x7F }

    /// `tchar` of RFC 9110 section 5.6.2.
    var isToken: Bool {
        // One bit a character: !#$%&'*+-.0-9 in the first word, A-Z^_`a-z|~ in the second.
        if self < 64 { return 0x03FF_6CFA_0000_0000 as UInt64 >> UInt64(self) & 1 == 1 }
        return self < 128 && 0x57FF_FFFF_C7FF_FFFE as UInt64 >> UInt64(self - 64) & 1 == 1
    }
}
