import Logging
import NIOConcurrencyHelpers
import Recorder
import TestSupport

@testable import ProxyRuntime

/// A store of one test's own, made.
struct SampleHome {
    let directory: TemporaryDirectory
    let layout: StoreLayout

    init() throws {
        directory = try TemporaryDirectory()
        layout = StoreLayout(home: directory.path + "/store")
        try layout.create()
    }
}

extension Account {
    /// An account whose key was made up here.
    static func sample(_ name: String, key: String? = nil) -> Account {
        Account(name: name, credential: Credential(key ?? "sk-ant-api03-\(name)-key"))
    }
}

/// 2026-11-20T10:00:00Z and some seconds.
func instant(_ seconds: Double = 0) -> Timestamp {
    Timestamp(microseconds: 1_795_168_800_000_000 + Int64(seconds * 1_000_000))
}

/// The message of what a closure throws, or "" when it throws nothing.
func message(of body: () throws -> Void) -> String {
    do {
        try body()
        return ""
    } catch {
        return "\(error)"
    }
}

/// Takes log lines as `level message metadata`.
final class LogLines: Sendable {
    private let lines = NIOLockedValueBox<[String]>([])

    var all: [String] { lines.withLockedValue { $0 } }

    var logger: Logger {
        var logger = Logger(label: "test") { _ in Handler(lines: self) }
        logger.logLevel = .trace
        return logger
    }

    private struct Handler: LogHandler {
        let lines: LogLines
        var logLevel = Logger.Level.trace
        var metadata = Logger.Metadata()

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let values = (event.metadata ?? [:]).values.map { "\($0)" }.sorted().joined(separator: " ")
            lines.lines.withLockedValue { $0.append("\(event.level) \(event.message) \(values)") }
        }
    }
}
