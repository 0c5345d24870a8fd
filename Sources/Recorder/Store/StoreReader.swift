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

    /// The numbers of the live segments, in ascending order, which is the order of writing.
    package func segmentNumbers() throws(StoreError) -> [Int] {
        guard let directory = opendir(layout.segments) else { throw StoreError.system("list", layout.segments) }
        defer { closedir(directory) }
        var numbers: [Int] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if let number = StoreLayout.segmentNumber(fileName: name) { numbers.append(number) }
        }
        return numbers.sorted()
    }

    /// Opens a segment by its number.
    package func segment(_ number: Int, position: Int = SegmentFormat.magic.count) throws(StoreError) -> SegmentReader {
        try SegmentReader(path: layout.segment(number), position: position)
    }
}
