import NIOCore

/// Takes the chunked transfer coding (RFC 9112 section 7.1) off a body, however its bytes are split.
///
/// Chunk extensions and trailers are read and dropped; both are bounded.
struct ChunkedDecoder {
    private enum State {
        case size(value: Int, digits: Int)
        case sizeSpace(value: Int)
        case sizeExtension(value: Int)
        case sizeLineFeed(value: Int)
        case data(remaining: Int)
        case dataReturn
        case dataFeed
        case trailerStart
        case trailerLine
        case trailerFeed
        case endFeed
        case done
    }

    private var state = State.size(value: 0, digits: 0)
    private var overhead = 0

    /// Bytes of extensions and trailers in a row that are tolerated.
    private static let overheadLimit = 16 << 10

    /// Whether the last chunk and the trailers have been read.
    var isDone: Bool {
        if case .done = state { return true }
        return false
    }

    /// Takes the next run of body bytes off the front of `buffer`.
    ///
    /// - Returns: `nil` when more bytes are needed or the body is done.
    /// - Throws: `HTTPParseError` when the framing is malformed.
    mutating func next(_ buffer: inout ByteBuffer) throws(HTTPParseError) -> ByteBuffer? {
        while true {
            if case .data(let remaining) = state {
                let count = min(remaining, buffer.readableBytes)
                guard count > 0, let data = buffer.readSlice(length: count) else { return nil }
                state = count == remaining ? .dataReturn : .data(remaining: remaining - count)
                return data
            }
            if isDone { return nil }
            guard let byte = buffer.readInteger(as: UInt8.self) else { return nil }
            try step(byte)
        }
    }

    private mutating func step(_ byte: UInt8) throws(HTTPParseError) {
        switch state {
        case .size(let value, let digits):
            if let digit = byte.hexValue {
                guard digits < 15 else { throw HTTPParseError("a chunk size is too long") }
                state = .size(value: value << 4 | digit, digits: digits + 1)
                return
            }
            guard digits > 0 else { throw HTTPParseError("a chunk has no size") }
            if byte == 0x0D {
                state = .sizeLineFeed(value: value)
            } else {
                try sizeEnds(value, with: byte)
            }
        case .sizeSpace(let value):
            try countOverhead(byte)
            if byte == 0x0D { state = .sizeLineFeed(value: value) } else { try sizeEnds(value, with: byte) }
        case .sizeExtension(let value):
            try countOverhead(byte)
            if byte == 0x0D { state = .sizeLineFeed(value: value) }
        case .sizeLineFeed(let value):
            guard byte == 0x0A else { throw HTTPParseError("a chunk size line is malformed") }
            state = value == 0 ? .trailerStart : .data(remaining: value)
        case .dataReturn:
            guard byte == 0x0D else { throw HTTPParseError("a chunk is longer than its size") }
            state = .dataFeed
        case .dataFeed:
            guard byte == 0x0A else { throw HTTPParseError("a chunk is longer than its size") }
            overhead = 0
            state = .size(value: 0, digits: 0)
        case .trailerStart:
            if byte == 0x0D {
                state = .endFeed
            } else {
                try countOverhead(byte)
                state = .trailerLine
            }
        case .trailerLine:
            try countOverhead(byte)
            if byte == 0x0D { state = .trailerFeed }
        case .trailerFeed:
            guard byte == 0x0A else { throw HTTPParseError("a trailer line is malformed") }
            state = .trailerStart
        case .endFeed:
            guard byte == 0x0A else { throw HTTPParseError("the end of a chunked body is malformed") }
            state = .done
        case .data, .done:
            break
        }
    }

    private mutating func sizeEnds(_ value: Int, with byte: UInt8) throws(HTTPParseError) {
        switch byte {
        case 0x3B: state = .sizeExtension(value: value)
        // Some senders fill the size up with white space.
        case 0x20, 0x09: state = .sizeSpace(value: value)
        default: throw HTTPParseError("a chunk size is malformed")
        }
    }

    private mutating func countOverhead(_ byte: UInt8) throws(HTTPParseError) {
        overhead += 1
        guard overhead <= ChunkedDecoder.overheadLimit, byte != 0x0A, byte != 0 else {
            throw HTTPParseError("chunk extensions or trailers are malformed or too long")
        }
    }
}

extension UInt8 {
    /// The value of a hexadecimal digit, else `nil`.
    var hexValue: Int? {
        switch self {
        case 0x30...0x39: Int(self - 0x30)
        case 0x41...0x46: Int(self - 0x37)
        case 0x61...0x66: Int(self - 0x57)
        default: nil
        }
    }
}
