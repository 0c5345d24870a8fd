/// What came of a request: the answer as far as it came, when it came, and how it ended.
package struct CurlResponse: Sendable {
    /// The bytes of one read.
    package struct Chunk: Hashable, Sendable {
        /// Microseconds from the start of the transfer, on the monotonic clock.
        package var offset: Int64
        /// Body bytes.
        package var length: Int
    }

    /// The status code, or `nil` when no head came.
    package var status: Int?
    /// The version the answer came in.
    package var version: CurlVersion?
    /// The reason phrase; empty in HTTP/2.
    package var reason = ""
    /// The header lines in wire order; those of interim answers and trailers are left out.
    package var headers: [CurlHeader] = []
    /// When the head was whole: microseconds from the start of the transfer.
    package var headOffset: Int64?
    /// The body without transfer framing, in its content coding.
    package var body: [UInt8] = []
    /// The reads that brought the body; their lengths add up to it.
    package var chunks: [Chunk] = []
    /// How it ended.
    package var end: CurlEnd
    /// How long the stages took.
    package var timing = CurlTiming()

    /// Begins an answer of which nothing has come.
    package init(end: CurlEnd) {
        self.end = end
    }

    /// The value of the first line of that name, in any case of letters.
    package func value(_ name: String) -> String? {
        let name = name.lowercased()
        return headers.first { $0.name.lowercased() == name }?.value
    }
}
