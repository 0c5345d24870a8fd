import Inspector

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Data for the reader of this command, written in large runs.
struct StandardOutput: ~Copyable {
    /// The reader has gone away.
    struct Closed: Error {}

    private var buffer: [UInt8] = []
    private static let capacity = 64 << 10

    mutating func write(_ bytes: [UInt8]) throws {
        buffer.append(contentsOf: bytes)
        if buffer.count >= StandardOutput.capacity { try flush() }
    }

    mutating func write(lines: [String]) throws {
        for line in lines {
            buffer.append(contentsOf: line.utf8)
            buffer.append(UInt8(ascii: "\n"))
        }
        if buffer.count >= StandardOutput.capacity { try flush() }
    }

    mutating func flush() throws {
        var done = 0
        while done < buffer.count {
            let count = buffer.withUnsafeBytes { bytes in
                systemWrite(STDOUT_FILENO, bytes.baseAddress.map { $0 + done }, bytes.count - done)
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else {
                if errno == EPIPE { throw Closed() }
                throw InspectorError(.output, "cannot write the output: \(String(cString: strerror(errno)))")
            }
            done += count
        }
        buffer.removeAll(keepingCapacity: true)
    }
}

/// The system's `write`, which the methods above hide.
func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
