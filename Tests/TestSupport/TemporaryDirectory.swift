import Foundation

/// A directory of one test's own, removed with everything in it when the value goes.
package final class TemporaryDirectory: Sendable {
    /// The path, without a slash at its end.
    package let path: String

    /// Makes the directory.
    package init() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "tapedeck-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        path = directory.path(percentEncoded: false)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}
