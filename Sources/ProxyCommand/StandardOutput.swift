import Inspector
import Recorder

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Data for the reader of this command.
enum StandardOutput {
    /// Whether a person reads it.
    static let isTerminal = isatty(STDOUT_FILENO) == 1

    /// Writes bytes, whole.
    ///
    /// - Throws: `SettingsError` when they can't be written.
    static func write(_ bytes: [UInt8]) throws(SettingsError) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                systemWrite(STDOUT_FILENO, $0.baseAddress.map { $0 + written }, $0.count - written)
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else {
                throw SettingsError(message: "cannot write the output: \(String(cString: strerror(errno)))")
            }
            written += count
        }
    }

    /// Writes lines.
    static func write(lines: [String]) throws(SettingsError) {
        try write(Array(lines.map { $0 + "\n" }.joined().utf8))
    }

    /// Colours on a terminal only.
    static func style(_ environment: [String: String]) -> TextStyle {
        TextStyle(isTerminal: isTerminal, environment: environment)
    }
}

/// `write` of the system, which the enclosing type's own would hide.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
