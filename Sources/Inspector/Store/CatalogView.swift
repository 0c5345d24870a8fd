import Recorder

/// What a catalog can be trusted for: a segment whose file is not the one that was indexed is read again instead.
struct CatalogView {
    let snapshot: CatalogSnapshot
    /// How far each segment is covered by rows.
    let covered: [Int: Int]
    /// Segments whose rows are left out.
    let stale: [Int]

    init(_ snapshot: CatalogSnapshot, layout: StoreLayout) throws {
        self.snapshot = snapshot
        var covered: [Int: Int] = [:]
        var stale: [Int] = []
        for mark in try snapshot.marks() {
            if mark.holds(in: layout) { covered[mark.number] = mark.indexedTo } else { stale.append(mark.number) }
        }
        self.covered = covered
        self.stale = stale
    }
}
