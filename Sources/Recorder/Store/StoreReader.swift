#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Finds the live segments of a store, for readers beside or after the process that records.
package struct StoreReader: Sendable {
    /// Where the store lies.
    package let layout: StoreLayout

    /// Names a store to read.
    ///
    /// - Throws: `StoreError` with code `notFound` when there is no store at that path.
    package init(_ layout: StoreLayout) throws(StoreError) {
        self.layout = layout
        guard access(layout.segments, F_OK) == 0 else {
            throw StoreError(
                .notFound,
                "no store at \(layout.home): record with `proxy serve --home \(layout.home)`, or name another with --home"
            )
        }
    }

    /// The numbers of the segment files, in ascending order, which is the order of writing.
    package func segmentNumbers() throws(StoreError) -> [Int] {
        try names(in: layout.segments).compactMap { StoreLayout.segmentNumber(fileName: $0) }.sorted()
    }

    /// The sealed and imported bundles, in the order of their names.
    package func bundles() throws(StoreError) -> [SealedBundle] {
        guard access(layout.bundles, F_OK) == 0 else { return [] }
        return try names(in: layout.bundles).filter { BundleContainer(path: $0) != nil && !$0.hasPrefix(".") }.sorted()
            .compactMap { SealedBundle(name: $0, folder: layout.bundles) }
    }

    /// The names of damaged segments that were kept when their bundles took their places.
    package func damagedSegments() throws(StoreError) -> [String] {
        try names(in: layout.segments).filter { $0.hasSuffix(StoreLayout.damagedSuffix) }.sorted()
    }

    private func names(in folder: String) throws(StoreError) -> [String] {
        guard let directory = opendir(folder) else { throw StoreError.system("list", folder) }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
            )
        }
        return names
    }

    /// Opens a segment by its number.
    package func segment(_ number: Int, position: Int = SegmentFormat.magic.count) throws(StoreError) -> SegmentReader {
        try SegmentReader(path: layout.segment(number), position: position)
    }
}
