import CZlib

/// Packs bytes as gzip or deflate, in pieces that can be flushed.
package struct DeflateStream: ~Copyable {
    /// How much of what went in must have come out when a call returns.
    package enum Flush: Sendable {
        /// Whatever suits compression.
        case none
        /// Everything, up to a byte border: a reader of the output so far sees all input so far.
        case sync
        /// Everything, and the end marker; nothing may follow.
        case finish
    }

    /// zlib keeps a pointer back to this structure, so it needs an address of its own.
    private let state: UnsafeMutablePointer<z_stream>

    /// Prepares to write data of the given format; `.deflate` is written with the zlib wrapper.
    ///
    /// - Throws: `CompressionError` when zlib gets no memory.
    package init(_ format: InflateStream.Format) throws(CompressionError) {
        state = .allocate(capacity: 1)
        state.initialize(to: z_stream())
        let windowBits: Int32 = format == .gzip ? 15 + 16 : 15
        guard tapedeck_deflateInit2(state, Z_DEFAULT_COMPRESSION, windowBits) == Z_OK else {
            throw CompressionError(.outOfMemory)
        }
    }

    deinit {
        // On a state that was never set up this only returns an error.
        deflateEnd(state)
        state.deallocate()
    }

    /// Packs `input` and appends what comes out to `output`.
    ///
    /// - Parameters:
    ///   - input: The next bytes; may be empty.
    ///   - flush: How much must come out now.
    ///   - output: Gets the packed bytes.
    package mutating func deflate(
        _ input: UnsafeRawBufferPointer,
        flush: Flush,
        into output: inout [UInt8]
    ) {
        var position = 0
        withUnsafeTemporaryAllocation(byteCount: 16 << 10, alignment: 16) { scratch in
            repeat {
                // A piece of at most 1 GiB fits zlib's `uInt`.
                let piece = min(input.count - position, 1 << 30)
                let isLast = position + piece == input.count
                let mode =
                    switch flush {
                    case _ where !isLast: Z_NO_FLUSH
                    case .none: Z_NO_FLUSH
                    case .sync: Z_SYNC_FLUSH
                    case .finish: Z_FINISH
                    }
                // zlib never writes through `next_in`; its type lacks `const`.
                state.pointee.next_in = UnsafeMutablePointer(
                    mutating: input.baseAddress?.advanced(by: position).assumingMemoryBound(to: UInt8.self)
                )
                state.pointee.avail_in = UInt32(piece)
                repeat {
                    state.pointee.next_out = scratch.baseAddress?.assumingMemoryBound(to: UInt8.self)
                    state.pointee.avail_out = UInt32(scratch.count)
                    _ = CZlib.deflate(state, mode)
                    output.append(contentsOf: scratch[0..<(scratch.count - Int(state.pointee.avail_out))])
                } while state.pointee.avail_out == 0
                position += piece
            } while position < input.count
        }
    }
}
