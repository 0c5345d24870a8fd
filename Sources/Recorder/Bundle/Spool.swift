#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// A temporary file without a name, for what is too much to hold in memory; it goes with its owner, however that ends.
///
/// What was appended may be read from any thread; one thread appends.
struct Spool: ~Copyable {
    private let file: Descriptor
    /// Bytes appended so far.
    private(set) var length = 0
    private var pending: [UInt8] = []
    private static let group = 1 << 20

    /// Makes the file in a directory.
    ///
    /// - Throws: `StoreError` naming the directory when it can't be written.
    init(in directory: String) throws(StoreError) {
        var template = Array((directory + "/.tapedeck-XXXXXX").utf8CString)
        let number = template.withUnsafeMutableBufferPointer { name in name.baseAddress.map { mkstemp($0) } ?? -1 }
        guard number >= 0 else { throw StoreError.system("make a temporary file in", directory) }
        _ = fcntl(number, F_SETFD, FD_CLOEXEC)
        template.withUnsafeBufferPointer { name in
            if let name = name.baseAddress { _ = unlink(name) }
        }
        file = Descriptor(adopting: number, path: "a temporary file in \(directory)")
    }

    /// Where temporary files belong on this machine.
    static var temporaryDirectory: String {
        getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    }

    /// Adds bytes at the end.
    ///
    /// - Returns: where they begin.
    /// - Throws: `StoreError` when the disk is full.
    @discardableResult
    mutating func append(_ bytes: some Collection<UInt8>) throws(StoreError) -> Int {
        let start = length
        pending.append(contentsOf: bytes)
        length += bytes.count
        if pending.count >= Spool.group { try flush() }
        return start
    }

    /// Brings everything into the file, so that `read` finds it.
    ///
    /// - Throws: `StoreError` when the disk is full.
    mutating func flush() throws(StoreError) {
        let start = length - pending.count
        var done = 0
        while done < pending.count {
            let count = pending.withUnsafeBytes {
                pwrite(file.number, $0.baseAddress.map { $0 + done }, $0.count - done, off_t(start + done))
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw StoreError.system("write", file.path) }
            done += count
        }
        pending.removeAll(keepingCapacity: true)
    }

    /// Reads what was appended and flushed.
    ///
    /// - Throws: `StoreError` when the system refuses to, or there is less.
    func read(_ range: Range<Int>) throws(StoreError) -> [UInt8] {
        let bytes = try file.read(count: range.count, at: range.lowerBound)
        guard bytes.count == range.count else { throw StoreError(.io, "\(file.path) became shorter") }
        return bytes
    }
}
