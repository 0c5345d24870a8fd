import CZlib

/// Unpacks gzip or deflate as it arrives, in pieces of any size.
///
/// ```swift
/// var stream = try InflateStream(.gzip)
/// var text: [UInt8] = []
/// try stream.inflate(chunk, into: &text, limit: 32 << 20)
/// ```
package struct InflateStream: ~Copyable {
    /// The content codings that zlib reads.
    package enum Format: Sendable {
        /// RFC 1952, one or more members.
        case gzip
        /// RFC 1950 as HTTP means it (RFC 9110 section 8.4.1.2), or the raw RFC 1951 that some servers send.
        case deflate
    }

    /// zlib keeps a pointer back to this structure, so it needs an address of its own.
    private let state: UnsafeMutablePointer<z_stream>
    private let format: Format
    private var isReady: Bool
    private var heldByte: UInt8?
    private var produced = 0

    /// Whether the compressed data has come to its end; for gzip another member may still follow.
    package private(set) var isFinished = false

    /// Prepares for data of the given format.
    ///
    /// - Throws: `CompressionError` when zlib gets no memory.
    package init(_ format: Format) throws(CompressionError) {
        self.format = format
        state = .allocate(capacity: 1)
        state.initialize(to: z_stream())
        isReady = false
        guard format == .gzip else { return }
        guard tapedeck_inflateInit2(state, 15 + 16) == Z_OK else { throw CompressionError(.outOfMemory) }
        isReady = true
    }

    deinit {
        if isReady { inflateEnd(state) }
        state.deallocate()
    }

    /// Unpacks `input` and appends what comes out to `output`.
    ///
    /// - Parameters:
    ///   - input: The next bytes on the wire; may be empty.
    ///   - output: Gets the unpacked bytes, also those in front of an error.
    ///   - limit: The most bytes that may come out of this stream in total.
    /// - Throws: `CompressionError` for corrupt data, for bytes behind the end and when `limit` is passed.
    package mutating func inflate(
        _ input: UnsafeRawBufferPointer,
        into output: inout [UInt8],
        limit: Int
    ) throws(CompressionError) {
        guard let base = input.baseAddress, !input.isEmpty else { return }
        var rest = input
        if !isReady {
            // Two bytes tell a zlib header from raw deflate.
            if let first = heldByte {
                heldByte = nil
                try start(first, input[0])
                try withUnsafeBytes(of: first) { (byte) throws(CompressionError) in
                    try run(byte, into: &output, limit: limit)
                }
            } else if input.count == 1 {
                heldByte = input[0]
                return
            } else {
                try start(input[0], input[1])
            }
        }
        rest = UnsafeRawBufferPointer(start: base, count: input.count)
        try run(rest, into: &output, limit: limit)
    }

    private mutating func start(_ first: UInt8, _ second: UInt8) throws(CompressionError) {
        let isZlib =
            first & 0x0F == 8 && first >> 4 <= 7 && (Int(first) << 8 | Int(second)) % 31 == 0 && second & 0x20 == 0
        guard tapedeck_inflateInit2(state, isZlib ? 15 : -15) == Z_OK else { throw CompressionError(.outOfMemory) }
        isReady = true
    }

    private mutating func run(
        _ input: UnsafeRawBufferPointer,
        into output: inout [UInt8],
        limit: Int
    ) throws(CompressionError) {
        guard let base = input.baseAddress, !input.isEmpty else { return }
        var position = 0
        var failure: CompressionError?
        withUnsafeTemporaryAllocation(byteCount: 16 << 10, alignment: 16) { scratch in
            repeat {
                if isFinished {
                    guard format == .gzip, base.load(fromByteOffset: position, as: UInt8.self) == 0x1F else {
                        failure = CompressionError(.trailingBytes)
                        return
                    }
                    inflateReset(state)
                    isFinished = false
                }
                // zlib never writes through `next_in`; its type lacks `const`. A piece of at most 1 GiB fits `uInt`.
                let piece = min(input.count - position, 1 << 30)
                state.pointee.next_in = UnsafeMutablePointer(
                    mutating: base.advanced(by: position).assumingMemoryBound(to: UInt8.self)
                )
                state.pointee.avail_in = UInt32(piece)
                var result = Z_OK
                repeat {
                    state.pointee.next_out = scratch.baseAddress?.assumingMemoryBound(to: UInt8.self)
                    state.pointee.avail_out = UInt32(scratch.count)
                    result = CZlib.inflate(state, Z_NO_FLUSH)
                    let count = scratch.count - Int(state.pointee.avail_out)
                    let allowed = min(count, max(0, limit - produced))
                    output.append(contentsOf: scratch[0..<allowed])
                    produced += allowed
                    if allowed < count {
                        failure = CompressionError(.limitExceeded)
                        return
                    }
                } while result == Z_OK && (state.pointee.avail_out == 0 || state.pointee.avail_in > 0)
                position += piece - Int(state.pointee.avail_in)
                switch result {
                case Z_STREAM_END: isFinished = true
                case Z_OK, Z_BUF_ERROR: break
                case Z_MEM_ERROR: failure = CompressionError(.outOfMemory)
                default: failure = CompressionError(.corrupt)
                }
            } while failure == nil && position < input.count
        }
        if let failure { throw failure }
    }
}
