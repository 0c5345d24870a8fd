/// Undoes the content coding of a recorded body as far as the bytes go.
///
/// A stream that was cut off or is corrupt gives what came before; nothing throws.
struct ContentDecoder: ~Copyable {
    /// The most bytes that come out: recordings are read on machines that did not make them.
    static let limit = 256 << 20

    private var stream: InflateStream?
    /// Whether the rest can't be decoded.
    private(set) var isBroken = false

    /// Makes a decoder for the codings that `content-encoding` names.
    ///
    /// - Returns: `nil` for a coding that is not understood, or more than one.
    init?(headers: HeaderBlock) {
        switch headers.first("content-encoding")?.lowercased() {
        case nil, "", "identity": return
        case "gzip", "x-gzip":
            do throws(CompressionError) { stream = try InflateStream(.gzip) } catch { return nil }
        case "deflate":
            do throws(CompressionError) { stream = try InflateStream(.deflate) } catch { return nil }
        default: return nil
        }
    }

    /// Decodes the next bytes and appends them to `output`.
    mutating func decode(_ input: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        guard !isBroken else { return }
        guard var stream = stream.take() else {
            output.append(contentsOf: input)
            return
        }
        do throws(CompressionError) {
            try stream.inflate(input, into: &output, limit: ContentDecoder.limit)
        } catch {
            isBroken = true
        }
        self.stream = consume stream
    }
}
