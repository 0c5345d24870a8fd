import GRDB

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Opens and removes the SQLite file of a catalog.
enum CatalogFile {
    /// Opens for writing; makes the file, readable by its owner only, and brings its tables up to date.
    ///
    /// - Throws: `StoreError` with code `unsupported` when a newer program made it, else `DatabaseError`.
    static func open(_ path: String) throws -> DatabaseQueue {
        // SQLite gives `-wal` and `-shm` the mode of the file itself. An existing file is not opened here: closing it
        // would drop the locks that SQLite holds on it elsewhere in this process.
        do {
            _ = try Descriptor(path: path, flags: O_RDWR | O_CREAT | O_EXCL)
        } catch {
            guard access(path, F_OK) == 0 else { throw error }
        }
        var configuration = GRDB.Configuration()
        configuration.journalMode = .wal
        configuration.busyMode = .timeout(10)
        configuration.prepareDatabase {
            // Losing the last rows to a power cut costs nothing: they are indexed again. Rows of many conversations
            // touch many pages of an index: they stay in memory, and are moved into the file once for many groups.
            for setting in ["synchronous = NORMAL", "cache_size = -16384", "wal_autocheckpoint = 8192"] {
                try $0.execute(sql: "PRAGMA " + setting)
            }
        }
        var tries = 100
        while true {
            do {
                return try openAndMigrate(path, configuration)
            } catch let error as DatabaseError where mayPass(error) && tries > 0 {
                // The switch to WAL is not waited for by SQLite; and a migration that another one makes at the same time
                // fails here with "table exists", and is there at the next look.
                tries -= error.resultCode == .SQLITE_BUSY ? 1 : 10
                usleep(50_000)
            }
        }
    }

    private static func mayPass(_ error: DatabaseError) -> Bool {
        error.resultCode == .SQLITE_BUSY || error.resultCode == .SQLITE_ERROR
    }

    private static func openAndMigrate(_ path: String, _ configuration: GRDB.Configuration) throws -> DatabaseQueue {
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        let migrator = CatalogSchema.migrator
        guard try !queue.read(migrator.hasBeenSuperseded) else { throw newerCatalog(path) }
        if try !queue.read(migrator.hasCompletedMigrations) { try migrator.migrate(queue) }
        return queue
    }

    /// Opens for reading.
    ///
    /// - Throws: `StoreError` with code `notFound`, `unsupported` or `corrupt`.
    static func openForReading(_ path: String) throws -> DatabaseQueue {
        guard access(path, F_OK) == 0 else { throw StoreError(.notFound, "there is no catalog at \(path)") }
        var configuration = GRDB.Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(2)
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            let migrator = CatalogSchema.migrator
            let (isNewer, isComplete) = try queue.read {
                (try migrator.hasBeenSuperseded($0), try migrator.hasCompletedMigrations($0))
            }
            guard !isNewer else { throw newerCatalog(path) }
            guard isComplete else {
                throw StoreError(.unsupported, "the catalog \(path) is of an older program, or not built yet")
            }
            return queue
        } catch let error as DatabaseError {
            throw StoreError(.corrupt, "the catalog \(path) cannot be read: \(error.reason)")
        }
    }

    /// Removes the file with all that belongs to it.
    static func remove(_ path: String) {
        for suffix in ["", "-wal", "-shm", "-journal"] { unlink(path + suffix) }
    }

    /// Which file lies at the path: device and inode.
    static func identity(_ path: String) -> [UInt64]? {
        var status = stat()
        return stat(path, &status) == 0 ? [UInt64(status.st_dev), UInt64(status.st_ino)] : nil
    }

    private static func newerCatalog(_ path: String) -> StoreError {
        StoreError(
            .unsupported,
            "the catalog \(path) was made by a newer program: update this one, or run `inspector doctor --rebuild`"
        )
    }
}

extension DatabaseError {
    /// The reason alone: the statement and its values stay out of messages.
    var reason: String { message ?? resultCode.description }

    /// Whether the file itself is damaged, so that only a new one helps.
    var isDamage: Bool { resultCode == .SQLITE_CORRUPT || resultCode == .SQLITE_NOTADB }
}
