#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Which state of a file was read: it differs when the file was written, replaced, opened to others or given away.
package struct FileVersion: Hashable, Sendable {
    private let device: UInt64
    private let inode: UInt64
    private let size: Int64
    private let seconds: Int64
    private let nanoseconds: Int64
    private let mode: UInt32
    private let owner: UInt32

    /// Takes the facts over from the system.
    init(_ facts: stat) {
        device = UInt64(facts.st_dev)
        inode = UInt64(facts.st_ino)
        size = Int64(facts.st_size)
        #if canImport(Darwin)
        seconds = Int64(facts.st_mtimespec.tv_sec)
        nanoseconds = Int64(facts.st_mtimespec.tv_nsec)
        #else
        seconds = Int64(facts.st_mtim.tv_sec)
        nanoseconds = Int64(facts.st_mtim.tv_nsec)
        #endif
        mode = UInt32(facts.st_mode)
        owner = UInt32(facts.st_uid)
    }

    /// The state of the file at a path, or `nil` when nothing is there.
    ///
    /// - Parameters:
    ///   - path: where it lies.
    ///   - followsLinks: whether a symbolic link stands for what it leads to.
    package init?(of path: String, followsLinks: Bool = false) {
        var facts = stat()
        guard (followsLinks ? stat(path, &facts) : lstat(path, &facts)) == 0 else { return nil }
        self.init(facts)
    }
}
