/// Walks the exchanges and gaps of one segment, and derives the exchanges' rows.
///
/// A frame that is whole but cannot be understood is stepped over and counted, so that one of them hides nothing else.
package struct SegmentScan: ~Copyable {
    /// The segment's number.
    package let number: Int
    /// The offset of the frame that was read or stepped over last, or `nil` before the first.
    package private(set) var lastFrame: Int?
    /// Frames that were stepped over.
    package private(set) var skipped = 0
    private var reader: SegmentReader

    /// Opens a segment at the offset of a frame.
    ///
    /// - Throws: `StoreError` when the file is not there, is no segment or has a newer format.
    package init(
        _ layout: StoreLayout,
        number: Int,
        position: Int = SegmentFormat.magic.count
    ) throws(StoreError) {
        self.number = number
        reader = try SegmentReader(path: layout.segment(number), position: position)
    }

    /// The offset of the frame that comes next: where to begin when more was appended.
    package var position: Int { reader.position }

    /// The next frame of any type.
    ///
    /// - Returns: `nil` at the end of what can be read.
    /// - Throws: `StoreError` when the system refuses to read.
    package mutating func next() throws(StoreError) -> SegmentFrame? {
        while true {
            do throws(StoreError) {
                guard let frame = try reader.next() else { return nil }
                lastFrame = frame.offset
                return frame
            } catch {
                let offset = position
                guard error.code == .corrupt || error.code == .unsupported, try reader.skipFrame() else { throw error }
                skipped += 1
                lastFrame = offset
            }
        }
    }

    /// Goes on behind damage, where `next()` has ended before the end of the file.
    ///
    /// - Parameter end: the length of the file.
    /// - Returns: whether there is a whole frame behind it.
    /// - Throws: `StoreError` when the system refuses to read.
    mutating func resynchronise(end: Int) throws(StoreError) -> Bool {
        guard position < end else { return false }
        return try reader.resynchronise(end: end)
    }

    /// Whether nothing but a frame that was being written is left before the end of the file.
    mutating func isTorn(end: Int) throws(StoreError) -> Bool {
        guard position < end else { return true }
        return try reader.isTorn(end: end)
    }

    /// The row of an exchange that `next()` gave.
    package mutating func entry(for exchange: Exchange, at offset: Int) -> CatalogEntry {
        CatalogEntry(
            summary: ExchangeDerivation.summary(of: exchange) { try reader.body($0) },
            location: FrameLocation(segment: number, offset: offset)
        )
    }

    /// The digest of a piece that `next()` gave.
    mutating func digest(ofPieceAt offset: Int) throws(StoreError) -> Digest {
        try reader.piece(at: offset).digest
    }
}
