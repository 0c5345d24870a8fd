import Recorder
import Synchronization

/// The bundles of a store that were read last: exchanges that follow one another mostly lie in the same one.
final class OpenBundles: Sendable {
    /// Each has a temporary file and an index in memory.
    private static let limit = 3

    private let files = Mutex<[BundleFile]>([])

    /// The bundle at a path, with all bodies.
    func open(_ path: String) throws -> BundleFile {
        if let file = files.withLock({ $0.first { $0.path == path } }) { return file }
        let file = try BundleFile(path: path)
        files.withLock { files in
            files.insert(file, at: 0)
            if files.count > OpenBundles.limit { files.removeLast() }
        }
        return file
    }
}
