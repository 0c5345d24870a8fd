/// A body as it was recorded: its masked bytes as pieces, or the reason why it was not stored.
///
/// A segment knows the pieces by their place (`pieces`), a bundle by their name (`names`).
package struct BodyRecord: Hashable, Sendable {
    /// Body bytes on the wire, without transfer framing and before masking.
    package var wireLength: Int
    /// Masked bytes stored; the sum over `pieces`.
    package var storedLength: Int
    /// Where the masked bytes lie in a segment, in order.
    package var pieces: [PieceRun]
    /// What the pieces are called in a bundle, in order.
    package var names: [Digest]
    /// Why nothing is stored although the wire carried bytes, such as `content-encoding br`; else `nil`.
    package var omitted: String?

    /// Makes a record of a body.
    package init(
        wireLength: Int = 0,
        storedLength: Int = 0,
        pieces: [PieceRun] = [],
        names: [Digest] = [],
        omitted: String? = nil
    ) {
        self.wireLength = wireLength
        self.storedLength = storedLength
        self.pieces = pieces
        self.names = names
        self.omitted = omitted
    }
}

/// Pieces whose frames follow one another in a segment.
package struct PieceRun: Hashable, Sendable {
    /// Byte offset of the first piece's frame in its segment file.
    package var offset: UInt64
    /// How many piece frames follow from there.
    package var count: Int
    /// 0 for the exchange's own segment; n when the body was written n segments earlier, before a segment was full.
    package var segmentsBack: Int

    /// Makes a run of adjacent piece frames.
    package init(offset: UInt64, count: Int, segmentsBack: Int = 0) {
        self.offset = offset
        self.count = count
        self.segmentsBack = segmentsBack
    }
}
