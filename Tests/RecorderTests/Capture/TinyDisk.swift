import Foundation
import TestSupport

/// A file system of one megabyte, which a test can fill to the last byte.
final class TinyDisk: Sendable {
    private let directory: TemporaryDirectory
    var path: String { directory.path }

    /// Whether this process may mount file systems.
    static let isPossible = (try? TinyDisk()) != nil

    init() throws {
        directory = try TemporaryDirectory()
        guard mount("tmpfs", directory.path, "tmpfs", 0, "size=1m") == 0 else {
            throw POSIXError(.init(rawValue: errno) ?? .EIO)
        }
    }

    deinit {
        umount2(directory.path, Int32(MNT_DETACH))
    }

    /// Takes all space that is left, in a file called `ballast`.
    func fill() throws {
        let file = open(path + "/ballast", O_CREAT | O_WRONLY | O_APPEND, 0o600)
        guard file >= 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
        defer { close(file) }
        for size in [4096, 1] {
            let block = [UInt8](repeating: 0, count: size)
            while write(file, block, size) == size {}
        }
    }

    /// Gives the space back.
    func empty() {
        unlink(path + "/ballast")
    }
}
