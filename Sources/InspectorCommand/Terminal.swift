import Inspector

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// The terminal behind standard output, if there is one.
enum Terminal {
    static let isPresent = isatty(STDOUT_FILENO) == 1

    /// The width in columns, or `nil` when output goes to a file or a pipe.
    static var width: Int? {
        guard isPresent else { return nil }
        var size = winsize()
        if ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
        return Environment.variable("COLUMNS").flatMap { Int($0) } ?? 80
    }

    static var style: TextStyle {
        var environment: [String: String] = [:]
        for name in ["NO_COLOR", "TERM"] { environment[name] = Environment.variable(name) }
        return TextStyle(isTerminal: isPresent, environment: environment)
    }
}
