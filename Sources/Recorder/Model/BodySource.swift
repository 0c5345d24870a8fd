/// What the masked bytes of recorded bodies are read from: a segment of a store, or a bundle.
package protocol BodySource: Sendable {
    /// The masked bytes of a body that is not omitted.
    ///
    /// - Throws: `StoreError` with code `corrupt` when a piece is not where the record says.
    func body(_ record: BodyRecord) throws -> [UInt8]

    /// The names and lengths of a body's pieces, in order.
    ///
    /// - Throws: `StoreError` as `body(_:)` does.
    func pieces(of record: BodyRecord) throws -> [BodyPiece]

    /// The content of one piece that `pieces(of:)` gave.
    ///
    /// - Throws: `StoreError` as `body(_:)` does.
    func content(of piece: BodyPiece) throws -> [UInt8]
}

/// A piece of a body: what it is called, how long it is, and where its source has it.
package struct BodyPiece: Hashable, Sendable {
    /// The SHA-256 of its content.
    package var name: Digest
    /// Bytes of its content.
    package var length: Int
    /// Where its source finds it; means something to that source only.
    package var place: PieceRun

    /// Makes a piece.
    package init(name: Digest, length: Int, place: PieceRun = PieceRun(offset: 0, count: 1)) {
        self.name = name
        self.length = length
        self.place = place
    }
}
