import Foundation

/// The programs of this package, as they were built beside the tests.
package enum Program: String, Sendable {
    case proxy, inspector, replayer

    /// The path of the executable.
    ///
    /// - Throws: `ProcessError` when it was not built.
    package var path: String {
        get throws {
            // The test bundle lies in the build directory; what runs it may be a tool of the toolchain.
            var candidates = CommandLine.arguments + [ProcessInfo.processInfo.environment["TAPEDECK_BIN"] ?? ""]
            candidates += Bundle.allBundles.map(\.bundlePath)
            for candidate in candidates where candidate.contains("/") {
                var directory = URL(fileURLWithPath: candidate)
                for _ in 0..<4 {
                    let path = directory.appendingPathComponent(rawValue).path
                    if FileManager.default.isExecutableFile(atPath: path), !isDirectory(path) { return path }
                    directory.deleteLastPathComponent()
                }
            }
            throw ProcessError(message: "\(rawValue) is not beside the tests: `swift build` makes it")
        }
    }

    private func isDirectory(_ path: String) -> Bool {
        (try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType) == .typeDirectory
    }
}
