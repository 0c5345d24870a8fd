#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// A bundle file among a store's own: which one it is without a look into it.
package struct SealedBundle: Hashable, Sendable {
    /// The file's name, which rows of the catalog bear.
    package var name: String
    /// The length of the file.
    package var bytes: Int
    /// When it was written, in nanoseconds since 1970: a file that was replaced is another.
    package var modified: Int64

    /// The segment that was sealed into it, or `nil` for an imported one.
    package var segment: Int? { StoreLayout.sealedSegment(bundleFileName: name) }

    /// When it was written.
    package var modificationTime: Timestamp { Timestamp(microseconds: modified / 1000) }

    /// Makes a description.
    package init(name: String, bytes: Int, modified: Int64) {
        self.name = name
        self.bytes = bytes
        self.modified = modified
    }

    /// Looks at a file.
    ///
    /// - Returns: `nil` when it is not there any more.
    init?(name: String, folder: String) {
        var status = stat()
        guard stat(folder + "/" + name, &status) == 0 else { return nil }
        #if canImport(Darwin)
        let time = status.st_mtimespec
        #else
        let time = status.st_mtim
        #endif
        self.init(
            name: name,
            bytes: Int(status.st_size),
            modified: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
        )
    }
}
