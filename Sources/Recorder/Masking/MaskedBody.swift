/// A whole body as it may be stored.
package enum MaskedBody: Sendable {
    /// The wire bytes hold no secret: keep the buffer and the chunk lengths.
    case unchanged
    /// Other bytes, in the same content coding; as many chunks as were given, their lengths add up to the bytes.
    case masked(bytes: [UInt8], chunkLengths: [Int])
    /// Nothing may be stored but the length.
    case omitted(reason: String)
}

/// Masked bytes of a body that comes in parts.
package struct MaskedPart: Sendable {
    /// Final bytes, to be appended to those of earlier parts.
    package var bytes: [UInt8] = []
    /// The lengths of the next chunks, in the order of feeding, that are now known.
    package var chunkLengths: [Int] = []
}
