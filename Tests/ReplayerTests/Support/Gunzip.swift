import CZlib

/// Inflates as much of a gzip stream as there is; `nil` when it is damaged.
func gunzip(_ bytes: [UInt8]) -> (bytes: [UInt8], isFinished: Bool)? {
    var input = bytes
    var stream = z_stream()
    guard tapedeck_inflateInit2(&stream, 15 + 16) == Z_OK else { return nil }
    defer { inflateEnd(&stream) }
    var output = [UInt8](repeating: 0, count: 1_000_000)
    let count = output.count
    let status = input.withUnsafeMutableBufferPointer { input in
        output.withUnsafeMutableBufferPointer { output in
            stream.next_in = input.baseAddress
            stream.avail_in = uInt(input.count)
            stream.next_out = output.baseAddress
            stream.avail_out = uInt(output.count)
            return inflate(&stream, Z_SYNC_FLUSH)
        }
    }
    guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else { return nil }
    return (Array(output[..<(count - Int(stream.avail_out))]), status == Z_STREAM_END)
}
