#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// The lock that marks the one process that records into a store; it goes with the process, however that ends.
package struct StoreLock: ~Copyable {
    private let file: Descriptor

    /// Takes the lock.
    ///
    /// - Throws: `StoreError` with code `inUse` when another process holds it.
    package init(_ layout: StoreLayout) throws(StoreError) {
        let file = try Descriptor(path: layout.lock, flags: O_RDWR | O_CREAT)
        // A reader that asks whether the store is in use has the lock for an instant.
        var attempts = 20
        while flock(file.number, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK, attempts > 0 {
            attempts -= 1
            usleep(1000)
        }
        guard flock(file.number, LOCK_EX | LOCK_NB) == 0 else {
            guard errno == EWOULDBLOCK else { throw StoreError.system("lock", layout.lock) }
            throw StoreError(
                .inUse,
                "another proxy records into \(layout.home): stop it, or give this one a store of its own with --home"
            )
        }
        self.file = file
    }

    /// Whether some process holds the lock of a store now.
    package static func isHeld(_ layout: StoreLayout) -> Bool {
        guard let file = try? Descriptor(path: layout.lock, flags: O_RDONLY) else { return false }
        if flock(file.number, LOCK_SH | LOCK_NB) == 0 {
            flock(file.number, LOCK_UN)
            return false
        }
        return errno == EWOULDBLOCK
    }
}
