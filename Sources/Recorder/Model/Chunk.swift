/// Bytes as they arrived in one read.
package struct Chunk: Hashable, Sendable {
    /// Microseconds from the start of the exchange, on the monotonic clock.
    package var offset: Int64
    /// Bytes of the stored (masked) body that this read brought.
    package var length: Int

    /// Makes a chunk.
    package init(offset: Int64, length: Int) {
        self.offset = offset
        self.length = length
    }
}
