#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// An open file, closed when its owner goes away.
struct Descriptor: ~Copyable {
    /// The number the system knows it by.
    let number: Int32
    /// The path it was opened at, for messages.
    let path: String

    /// Opens a file; new files are readable and writable by their owner only.
    ///
    /// - Throws: `StoreError` naming the path and the system's reason.
    init(path: String, flags: Int32, mode: mode_t = 0o600) throws(StoreError) {
        var number: Int32
        repeat { number = open(path, flags | O_CLOEXEC, mode) } while number < 0 && errno == EINTR
        guard number >= 0 else { throw StoreError.system("open", path) }
        self.number = number
        self.path = path
    }

    /// Takes over a file that is open already.
    init(adopting number: Int32, path: String) {
        self.number = number
        self.path = path
    }

    deinit {
        close(number)
    }

    /// The file's length in bytes and how many names it still has (0: it was deleted while open).
    func status() throws(StoreError) -> (length: Int, links: Int) {
        var status = stat()
        guard fstat(number, &status) == 0 else { throw StoreError.system("examine", path) }
        return (Int(status.st_size), Int(status.st_nlink))
    }

    /// Reads up to `count` bytes at `offset`; fewer only at the end of the file.
    func read(count: Int, at offset: Int) throws(StoreError) -> [UInt8] {
        var failure: StoreError?
        let bytes = [UInt8](unsafeUninitializedCapacity: max(0, count)) { buffer, filled in
            while filled < count {
                let got = pread(number, buffer.baseAddress.map { $0 + filled }, count - filled, off_t(offset + filled))
                if got < 0 && errno == EINTR { continue }
                if got < 0 { failure = StoreError.system("read", path) }
                guard got > 0 else { return }
                filled += got
            }
        }
        if let failure { throw failure }
        return bytes
    }
}

extension StoreError {
    /// An error with the reason the system gave in `errno`.
    static func system(_ action: String, _ path: String, _ number: Int32 = errno) -> StoreError {
        let reason = String(cString: strerror(number))
        return StoreError(number == ENOENT ? .notFound : .io, "cannot \(action) \(path): \(reason)")
    }
}
