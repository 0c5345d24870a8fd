package import Recorder

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// A file of secrets that only its owner may read: it is refused when others could have read or written it, and
/// replaced as a whole, never in part.
package struct PrivateFile: Sendable {
    /// Where it lies.
    package let path: String

    /// More than that no such file has.
    private static let limit = 16 << 20

    /// Names a file; nothing is touched.
    package init(path: String) {
        self.path = path
    }

    /// The state the file is in now, or `nil` when it is not there.
    package var version: FileVersion? { FileVersion(of: path) }

    /// Reads the file.
    ///
    /// - Returns: its bytes and the state they belong to; `nil` when there is no such file.
    /// - Throws: `SettingsError` naming the path, what is wrong with it, and the remedy.
    package func read() throws(SettingsError) -> (bytes: [UInt8], version: FileVersion)? {
        // Without waiting: somebody may have put a pipe there.
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard file >= 0 else {
            // Where its directory is a file, whoever makes the store says so.
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw errno == ELOOP ? notRegular : failure("open")
        }
        defer { close(file) }
        var facts = stat()
        guard fstat(file, &facts) == 0 else { throw failure("examine") }
        guard facts.st_mode & S_IFMT == S_IFREG else { throw notRegular }
        guard facts.st_uid == geteuid() else {
            throw SettingsError(
                message:
                    "\(path) belongs to another user (\(facts.st_uid)): it holds secrets and is to be yours alone: "
                    + "chown \(geteuid()) \(path)"
            )
        }
        guard facts.st_mode & 0o077 == 0 else {
            throw SettingsError(message: "\(path) holds secrets and is open to other users: chmod 600 \(path)")
        }
        guard facts.st_size <= PrivateFile.limit else {
            throw SettingsError(message: "\(path) is too large to be what it should be: restore it, or move it away")
        }
        return (try readAll(file), FileVersion(facts))
    }

    private func readAll(_ file: Int32) throws(SettingsError) -> [UInt8] {
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = part.withUnsafeMutableBytes { systemRead(file, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw failure("read") }
            guard count > 0, bytes.count <= PrivateFile.limit else { return bytes }
            bytes += part[..<count]
        }
    }

    /// Replaces the file: readers find the old or the new content, also after a crash in between.
    ///
    /// Two writers at once need `edit(_:)`.
    /// - Parameters:
    ///   - bytes: the new content.
    ///   - isDurable: whether the content is on the disk when this returns.
    /// - Throws: `SettingsError` naming the path and the system's reason.
    package func write(_ bytes: [UInt8], isDurable: Bool = true) throws(SettingsError) {
        let draft = path + ".new"
        // One that a crash has left behind.
        unlink(draft)
        let file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw failure("write") }
        var isClosed = false
        defer {
            if !isClosed { close(file) }
        }
        do throws(SettingsError) {
            try writeAll(bytes, to: file)
            if isDurable, fsync(file) != 0 { throw failure("write") }
            isClosed = true
            guard close(file) == 0, rename(draft, path) == 0 else { throw failure("write") }
        } catch {
            unlink(draft)
            throw error
        }
        guard isDurable else { return }
        // The new name is on the disk when its directory is.
        let directory = open(PrivateFile.directory(of: path), O_RDONLY | O_CLOEXEC)
        guard directory >= 0 else { return }
        fsync(directory)
        close(directory)
    }

    private func writeAll(_ bytes: [UInt8], to file: Int32) throws(SettingsError) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                systemWrite(file, $0.baseAddress.map { $0 + written }, $0.count - written)
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw failure("write") }
            written += count
        }
    }

    /// Reads, changes and replaces the file while nobody else does, in this process or another.
    ///
    /// - Parameter change: is given the bytes, or `nil` when there is no file, and gives those that replace them, or
    ///   `nil` to leave everything as it is.
    /// - Throws: what `read()` and `change` throw; the file is as it was then.
    package func edit(_ change: ([UInt8]?) throws(SettingsError) -> [UInt8]?) throws(SettingsError) {
        // The lock is a file of its own, as the edited one is another file after each edit.
        let lock = open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard lock >= 0 else { throw failure("lock") }
        defer { close(lock) }
        while flock(lock, LOCK_EX) != 0 {
            guard errno == EINTR else { throw failure("lock") }
        }
        if let bytes = try change(try read()?.bytes) { try write(bytes) }
    }

    private static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private var notRegular: SettingsError {
        SettingsError(message: "\(path) is no regular file: put the file itself there, no link, pipe or directory")
    }

    private func failure(_ action: String) -> SettingsError {
        SettingsError(message: "cannot \(action) \(path): \(String(cString: strerror(errno)))")
    }
}

private func systemRead(_ file: Int32, _ bytes: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    read(file, bytes, count)
}

private func systemWrite(_ file: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(file, bytes, count)
}
