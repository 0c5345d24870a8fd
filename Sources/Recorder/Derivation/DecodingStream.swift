/// Undoes a content coding as the bytes come; a reference, so that what has one can be copied.
package final class DecodingStream {
    private var decoder: ContentDecoder

    /// Begins to decode.
    ///
    /// - Returns: `nil` for a coding that can't be undone.
    package init?(_ coding: String) {
        let headers = HeaderBlock([HeaderField("content-encoding", coding)])
        guard let decoder = ContentDecoder(headers: headers) else { return nil }
        self.decoder = decoder
    }

    /// Whether the rest can't be decoded.
    package var isBroken: Bool { decoder.isBroken }

    /// The bytes that the next run gives.
    package func decode(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        var output: [UInt8] = []
        decoder.decode(bytes, into: &output)
        return output
    }
}
