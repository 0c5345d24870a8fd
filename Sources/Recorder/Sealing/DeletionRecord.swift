#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// A bundle that retention deleted: a line of the store's `deleted.ndjson`, so that no deletion is silent.
package struct DeletionRecord: Hashable, Sendable {
    /// The file's name.
    package var bundle: String
    /// How many exchanges it held.
    package var exchanges: Int
    /// The file's length.
    package var bytes: Int
    /// When its first exchange began.
    package var from: Timestamp?
    /// When its last exchange began.
    package var until: Timestamp?
    /// Why.
    package var reason: RetentionPolicy.Reason
    /// When it was deleted.
    package var deleted: Timestamp

    /// Adds the line to a store's list.
    ///
    /// - Throws: `StoreError` when the file can't be written.
    func append(to layout: StoreLayout) throws(StoreError) {
        var json = JSONWriter()
        json.object {
            $0.member("bundle", bundle)
            $0.member("exchanges", exchanges)
            $0.member("bytes", bytes)
            $0.member("from", from)
            $0.member("until", until)
            $0.member("reason", reason.rawValue)
            $0.member("deleted", deleted)
        }
        json.endLine()
        let file = try Descriptor(path: layout.deletions, flags: O_WRONLY | O_CREAT | O_APPEND)
        let count = json.bytes.withUnsafeBytes { write(file.number, $0.baseAddress, $0.count) }
        guard count == json.bytes.count else { throw StoreError.system("write", file.path) }
    }

    /// The deletions of a store, the oldest first; lines that are no deletions are skipped.
    ///
    /// - Throws: `StoreError` when the list is there and can't be read.
    package static func all(in layout: StoreLayout) throws(StoreError) -> [DeletionRecord] {
        guard access(layout.deletions, F_OK) == 0 else { return [] }
        let file = try Descriptor(path: layout.deletions, flags: O_RDONLY)
        let bytes = try file.read(count: try file.status().length, at: 0)
        return bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
            JSONValue.read(Array(line)) { value in
                let members = value.members
                guard let bundle = members["bundle"]?.string, let deleted = members["deleted"]?.timestamp,
                    let reason = RetentionPolicy.Reason(rawValue: members["reason"]?.string ?? "")
                else { return nil }
                return DeletionRecord(
                    bundle: bundle,
                    exchanges: members["exchanges"]?.int ?? 0,
                    bytes: members["bytes"]?.int ?? 0,
                    from: members["from"]?.timestamp,
                    until: members["until"]?.timestamp,
                    reason: reason,
                    deleted: deleted
                )
            }
        }
    }
}
