package import Recorder

/// The bodies of an exchange of which some were changed; what was not changed is read where it lies.
///
/// It holds the changed pieces of one exchange in memory.
package struct RewrittenBodies: BodySource {
    private let base: any BodySource
    private var lists: [BodyRecord: [BodyPiece]] = [:]
    private var contents: [Digest: [UInt8]] = [:]

    /// Begins without changes.
    init(base: any BodySource) {
        self.base = base
    }

    /// Takes a piece over.
    ///
    /// - Returns: how others name it.
    mutating func add(_ content: [UInt8]) -> BodyPiece {
        let piece = BodyPiece(name: content.withUnsafeBytes { Digest(of: $0) }, length: content.count)
        contents[piece.name] = content
        return piece
    }

    /// Makes a body of pieces, old ones and new ones.
    mutating func add(_ pieces: [BodyPiece], wireLength: Int) -> BodyRecord {
        let record = BodyRecord(
            wireLength: wireLength,
            storedLength: pieces.reduce(0) { $0 + $1.length },
            names: pieces.map(\.name)
        )
        lists[record] = pieces
        return record
    }

    package func body(_ record: BodyRecord) throws -> [UInt8] {
        guard let pieces = lists[record] else { return try base.body(record) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(record.storedLength)
        for piece in pieces { bytes += try content(of: piece) }
        return bytes
    }

    package func pieces(of record: BodyRecord) throws -> [BodyPiece] {
        try lists[record] ?? base.pieces(of: record)
    }

    package func content(of piece: BodyPiece) throws -> [UInt8] {
        try contents[piece.name] ?? base.content(of: piece)
    }
}
