import Synchronization

/// The bodies of the exchanges of one segment; the file is opened when the first is asked for.
package final class SegmentBodies: BodySource {
    /// The segment's file.
    package let path: String
    private let open: Mutex<OpenSegment>

    /// Names a segment; nothing is touched.
    package init(path: String) {
        self.path = path
        open = Mutex(OpenSegment(path: path))
    }

    package func body(_ record: BodyRecord) throws -> [UInt8] {
        try open.withLock { segment in try segment.body(record) }
    }

    package func pieces(of record: BodyRecord) throws -> [BodyPiece] {
        try open.withLock { segment in try segment.pieces(of: record) }
    }

    package func content(of piece: BodyPiece) throws -> [UInt8] {
        try open.withLock { segment in try segment.content(of: piece) }
    }
}

/// A segment that is opened once, and what is known of its pieces: turns of a conversation name the same ones over and
/// over.
private struct OpenSegment: ~Copyable {
    private let path: String
    private var reader: SegmentReader?
    /// Names and lengths by the offset of the piece's frame, emptied when there are too many.
    private var known: [UInt64: (name: Digest, length: Int)] = [:]
    private static let knownLimit = 1 << 20

    init(path: String) {
        self.path = path
    }

    private mutating func opened() throws(StoreError) {
        if reader == nil { reader = try SegmentReader(path: path) }
    }

    mutating func body(_ record: BodyRecord) throws(StoreError) -> [UInt8] {
        try opened()
        return try reader?.body(record) ?? []
    }

    mutating func content(of piece: BodyPiece) throws(StoreError) -> [UInt8] {
        try opened()
        return try reader?.content(of: piece) ?? []
    }

    mutating func pieces(of record: BodyRecord) throws(StoreError) -> [BodyPiece] {
        if let pieces = remembered(record) { return pieces }
        try opened()
        let pieces = try reader?.pieces(of: record) ?? []
        if known.count > OpenSegment.knownLimit { known.removeAll() }
        for piece in pieces where piece.place.segmentsBack == 0 {
            known[piece.place.offset] = (piece.name, piece.length)
        }
        return pieces
    }

    private func remembered(_ record: BodyRecord) -> [BodyPiece]? {
        var pieces: [BodyPiece] = []
        for run in record.pieces {
            guard run.segmentsBack == 0 else { return nil }
            var offset = run.offset
            for _ in 0..<run.count {
                guard let piece = known[offset] else { return nil }
                pieces.append(
                    BodyPiece(name: piece.name, length: piece.length, place: PieceRun(offset: offset, count: 1))
                )
                offset += UInt64(SegmentFormat.frameHeaderLength + SegmentFormat.digestLength + piece.length)
            }
        }
        return pieces
    }
}
