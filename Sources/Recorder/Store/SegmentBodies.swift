/// The bodies of the exchanges of one segment.
package struct SegmentBodies: BodySource {
    /// The segment's file.
    package let path: String

    /// Names a segment; nothing is touched.
    package init(path: String) {
        self.path = path
    }

    package func body(_ record: BodyRecord) throws -> [UInt8] {
        var reader = try SegmentReader(path: path)
        return try reader.body(record)
    }

    package func pieces(of record: BodyRecord) throws -> [BodyPiece] {
        var reader = try SegmentReader(path: path)
        return try reader.pieces(of: record)
    }

    package func content(of piece: BodyPiece) throws -> [UInt8] {
        var reader = try SegmentReader(path: path)
        return try reader.content(of: piece)
    }
}
