import Replayer

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Data for the reader of this command, written as it comes.
enum StandardOutput {
    /// The reader has gone away.
    struct Closed: Error {}

    /// Writes bytes.
    ///
    /// - Throws: `Closed`, or `ReplayerError` when the output can't be written.
    static func write(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { systemWrite(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else {
                if errno == EPIPE { throw Closed() }
                throw ReplayerError(.output, "cannot write the output: \(String(cString: strerror(errno)))")
            }
            rest = rest.dropFirst(count)
        }
    }
}

/// The system's `write`, which the method above hides.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
