import Recorder

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Writes lines to stderr, each at once and without C's shared `stderr`.
enum StandardError {
    /// Writes a line, in which control characters of strangers command no terminal; a closed stderr is nobody's business.
    static func print(_ line: String) {
        var rest = Array("\(PrintableText.of(line))\n".utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
