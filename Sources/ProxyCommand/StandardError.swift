#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Talk that is no data.
enum StandardError {
    /// Writes one line, whole.
    static func write(_ line: String, ending: String = "\n") {
        let bytes = Array((line + ending).utf8)
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                systemWrite(STDERR_FILENO, $0.baseAddress.map { $0 + written }, $0.count - written)
            }
            guard count > 0 else { return }
            written += count
        }
    }
}

/// `write` of the system, which the enclosing type's own would hide.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
