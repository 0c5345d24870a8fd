#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

extension StoreLayout {
    /// Makes the store's directories, readable by their owner only, with all that lie above them.
    ///
    /// - Throws: `StoreError` naming the path that could not be made, and the remedy.
    package func create() throws(StoreError) {
        for path in [home, segments, bundles] {
            try StoreLayout.createDirectory(path)
        }
        guard access(segments, W_OK | X_OK) == 0 else {
            throw StoreError(
                .io,
                "the store \(home) cannot be written (\(String(cString: strerror(errno)))): choose another with --home"
            )
        }
    }

    private static func createDirectory(_ path: String) throws(StoreError) {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        let reason = errno
        if reason == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex {
            try createDirectory(String(path[..<slash]))
            if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        }
        throw StoreError(
            .io,
            "cannot create the store's directory \(path) (\(String(cString: strerror(reason)))): choose another with --home"
        )
    }
}
