import Recorder

/// The files of a store at one moment: its live segments, and its bundles.
struct StoreFiles {
    let layout: StoreLayout
    /// Segments that count, in the order of writing.
    let segments: [Int]
    /// Bundles by name.
    let bundles: [SealedBundle]
    /// Segments that have become bundles; their files, if there still are any, do not count.
    let sealed: Set<Int>

    init(_ reader: StoreReader) throws {
        layout = reader.layout
        // The segments first: one that is sealed in between is then seen as a segment, a bundle or both, never as none.
        let numbers = try reader.segmentNumbers()
        let bundles = try reader.bundles()
        let sealed = Set(bundles.compactMap(\.segment))
        self.bundles = bundles
        self.sealed = sealed
        segments = numbers.filter { !sealed.contains($0) }
    }

    func path(of bundle: String) -> String { layout.bundles + "/" + bundle }
}
