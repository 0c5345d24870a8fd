import Recorder

/// What a catalog can be trusted for: a segment or bundle whose file is not the one that was indexed is read again
/// instead.
struct CatalogView {
    let snapshot: CatalogSnapshot
    /// How far each live segment is covered by rows.
    let covered: [Int: Int]
    /// Bundles that are covered by rows.
    let indexed: Set<SealedBundle>
    /// Rows that are left out.
    let stale: CatalogExclusion

    init(_ snapshot: CatalogSnapshot, files: StoreFiles) throws {
        self.snapshot = snapshot
        var covered: [Int: Int] = [:]
        var stale = CatalogExclusion()
        for mark in try snapshot.marks() {
            // A sealed segment is read as its bundle.
            if mark.holds(in: files.layout), !files.sealed.contains(mark.number) {
                covered[mark.number] = mark.indexedTo
            } else {
                stale.segments.append(mark.number)
            }
        }
        let known = try snapshot.bundles()
        let indexed = Set(known).intersection(files.bundles)
        stale.bundles = known.filter { !indexed.contains($0) }.map(\.name)
        self.indexed = indexed
        self.covered = covered
        self.stale = stale
    }
}
