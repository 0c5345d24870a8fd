import Foundation
package import Recorder

/// `routing.json` and `sessions.json` of a store: what its proxy remembers of accounts, and of conversations.
package enum RoutingSnapshotFile {
    /// Reads the snapshot.
    ///
    /// - Parameters:
    ///   - path: `StoreLayout.routing` or `StoreLayout.routingSessions`.
    ///   - notice: is told about one that can't be used; nothing depends on it but convenience.
    /// - Returns: `nil` when there is none that can be used.
    package static func load(from path: String, notice: (String) -> Void) -> RoutingSnapshot? {
        do {
            guard let (bytes, _) = try PrivateFile(path: path).read() else { return nil }
            return try decode(bytes)
        } catch let error as SettingsError {
            notice("\(error), and is left aside")
        } catch {
            notice("\(path) is damaged, and is left aside")
        }
        return nil
    }

    /// Writes the snapshot in the place of the last one.
    ///
    /// Not brought to the disk: one that a power failure destroys is left aside.
    /// - Throws: `SettingsError` naming the path and the system's reason.
    package static func save(_ snapshot: RoutingSnapshot, to path: String) throws(SettingsError) {
        try PrivateFile(path: path).write(try encode(snapshot, path), isDurable: false)
    }

    private static func decode(_ bytes: [UInt8]) throws -> RoutingSnapshot {
        try JSONDecoder().decode(RoutingSnapshot.self, from: Data(bytes))
    }

    private static func encode(_ snapshot: RoutingSnapshot, _ path: String) throws(SettingsError) -> [UInt8] {
        do {
            return Array(try JSONEncoder().encode(snapshot))
        } catch {
            throw SettingsError(message: "cannot write \(path): a number in it has no form in JSON")
        }
    }
}
