import GRDB

/// Reads the catalog of a store beside the process that writes it.
package final class CatalogReader {
    private let queue: DatabaseQueue
    private let path: String

    /// Opens a catalog for reading.
    ///
    /// - Throws: `StoreError` with code `notFound`, `corrupt`, or `unsupported` when another version made it.
    package init(path: String) throws {
        queue = try CatalogFile.openForReading(path)
        self.path = path
    }

    /// Gives one consistent state of the catalog to a closure: rows and marks belong together.
    ///
    /// - Throws: what the closure throws, and `StoreError` with code `corrupt` when SQLite cannot read the file.
    package func read<Result>(_ body: (CatalogSnapshot) throws -> Result) throws -> Result {
        do {
            return try queue.read { try body(CatalogSnapshot(database: $0)) }
        } catch let error as DatabaseError {
            throw StoreError(.corrupt, "the catalog \(path) cannot be read: \(error.reason)")
        }
    }
}
