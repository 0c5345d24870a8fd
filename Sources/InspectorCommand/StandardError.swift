import Inspector

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Talk that is no data.
enum StandardError {
    static let isTerminal = isatty(STDERR_FILENO) == 1

    /// Writes a line, in which control characters of strangers command no terminal.
    static func write(_ message: String) {
        raw("inspector: \(TextStyle.printable(message))\n")
    }

    /// Shows how far long work is, on a terminal only; an empty text removes it.
    static func progress(_ text: String) {
        guard isTerminal else { return }
        raw("\r\u{1B}[K" + TextStyle.printable(text))
    }

    private static func raw(_ text: String) {
        let bytes = Array(text.utf8)
        // Nobody could be told that standard error cannot be written.
        _ = bytes.withUnsafeBytes { systemWrite(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
