/// The names and numbers of bundle format 1, as docs/bundle-format.md describes it.
package enum BundleFormat {
    /// The format this program writes, and the newest it reads.
    package static let version = 1
    /// The member that describes the others.
    package static let manifest = "manifest.json"
    /// The member with one exchange a line.
    package static let exchanges = "exchanges.ndjson"
    /// What the name of a piece's member begins with.
    package static let piecePrefix = "pieces/"

    /// The member of a piece.
    package static func member(of piece: Digest) -> String { piecePrefix + piece.description }

    /// The piece that a member's name names, or `nil` for another member.
    package static func piece(ofMember name: String) -> Digest? {
        guard name.hasPrefix(piecePrefix) else { return nil }
        return Digest(name: name.dropFirst(piecePrefix.count))
    }
}
