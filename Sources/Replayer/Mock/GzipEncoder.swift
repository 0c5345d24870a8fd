import CZlib

/// Compresses with gzip, with a sync flush wherever the caller wants the bytes so far to be readable.
struct GzipEncoder: ~Copyable {
    // zlib's state keeps a pointer to its stream, which therefore must not move.
    private let stream: UnsafeMutablePointer<z_stream>
    private let isReady: Bool

    init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 15 bits of window, and 16 for the gzip wrapper.
        isReady = tapedeck_deflateInit2(stream, Z_DEFAULT_COMPRESSION, 15 + 16) == Z_OK
    }

    deinit {
        if isReady { deflateEnd(stream) }
        stream.deinitialize(count: 1)
        stream.deallocate()
    }

    /// Compresses bytes so that a reader gets all of them from what came out so far.
    func encode(_ bytes: [UInt8]) -> [UInt8] {
        deflate(bytes, flush: Z_SYNC_FLUSH)
    }

    /// Ends the stream: the last block and the checksum.
    func finish() -> [UInt8] {
        deflate([], flush: Z_FINISH)
    }

    private func deflate(_ bytes: [UInt8], flush: CInt) -> [UInt8] {
        guard isReady else { return [] }
        var input = bytes
        var result: [UInt8] = []
        input.withUnsafeMutableBufferPointer { input in
            stream.pointee.next_in = input.baseAddress
            stream.pointee.avail_in = uInt(input.count)
            repeat {
                result += [UInt8](unsafeUninitializedCapacity: 16 * 1024) { output, count in
                    stream.pointee.next_out = output.baseAddress
                    stream.pointee.avail_out = uInt(output.count)
                    _ = CZlib.deflate(stream, flush)
                    count = output.count - Int(stream.pointee.avail_out)
                }
            } while stream.pointee.avail_out == 0
        }
        return result
    }
}
