import Crypto
import Glibc

/// The key under which secrets become tags; it never leaves the store and is never printed.
package struct MaskingKey: Sendable {
    /// Bytes in a key.
    package static let length = 32

    let symmetric: SymmetricKey

    /// Wraps a key that was made before.
    ///
    /// - Returns: `nil` unless there are exactly 32 bytes.
    package init?(bytes: [UInt8]) {
        guard bytes.count == MaskingKey.length else { return nil }
        symmetric = SymmetricKey(data: bytes)
    }

    private init(random: SymmetricKey) {
        symmetric = random
    }

    /// Makes a new key from the system's random source.
    package static func random() -> MaskingKey {
        MaskingKey(random: SymmetricKey(size: .bits256))
    }

    /// Reads the key file, or makes it with mode 0600 when there is none.
    ///
    /// - Parameter path: The file; its directory exists.
    /// - Returns: The key in the file.
    /// - Throws: `MaskingKeyError` when the file is open to others, has the wrong size or can't be read or made.
    package static func load(orCreateAt path: String) throws(MaskingKeyError) -> MaskingKey {
        // Two processes may start at once: whoever loses the race to create reads the winner's key.
        for _ in 0..<3 {
            if let key = try read(path) { return key }
            let key = random()
            if try create(path, key) { return key }
        }
        throw MaskingKeyError(code: .unavailable, message: "masking key \(path): appears and disappears")
    }

    /// Reads the key file.
    ///
    /// - Returns: The key in the file, or `nil` when there is none.
    /// - Throws: `MaskingKeyError` when the file is open to others, has the wrong size or can't be read.
    package static func load(at path: String) throws(MaskingKeyError) -> MaskingKey? {
        try read(path)
    }

    /// The placeholder that stands for a key of Anthropic's in records.
    package func placeholder(ofKey key: String) -> String {
        String(decoding: Tagger(key: self).placeholder(.anthropic, key.utf8), as: UTF8.self)
    }

    /// Writes this key to a file that was removed, so that a store that comes back keeps its tags.
    ///
    /// A file that is there stays as it is.
    /// - Throws: `MaskingKeyError` when it can't be written.
    package func restore(at path: String) throws(MaskingKeyError) {
        guard access(path, F_OK) != 0 else { return }
        _ = try MaskingKey.create(path, self)
    }

    private static func read(_ path: String) throws(MaskingKeyError) -> MaskingKey? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            throw failure("open", path)
        }
        defer { close(file) }
        var facts = stat()
        guard fstat(file, &facts) == 0 else { throw failure("inspect", path) }
        guard facts.st_mode & 0o077 == 0 else {
            let message =
                "masking key \(path) is open to other users: run chmod 600 on it, or delete it to get a new one"
            throw MaskingKeyError(code: .tooOpen, message: message)
        }
        var bytes = [UInt8](repeating: 0, count: length + 1)
        var count = 0
        while count < bytes.count {
            let room = bytes.count - count
            let got = bytes.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress?.advanced(by: count), room) }
            if got < 0 && errno == EINTR { continue }
            guard got >= 0 else { throw failure("read", path) }
            if got == 0 { break }
            count += got
        }
        guard count == length, let key = MaskingKey(bytes: Array(bytes[0..<length])) else {
            let message = "masking key \(path) does not hold \(length) bytes: restore it, or delete it to get a new one"
            throw MaskingKeyError(code: .wrongSize, message: message)
        }
        return key
    }

    /// - Returns: `false` when another process was faster.
    private static func create(_ path: String, _ key: MaskingKey) throws(MaskingKeyError) -> Bool {
        // Written under another name first, so that nobody ever reads half a key.
        let draft = "\(path).\(getpid()).new"
        unlink(draft)
        let file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw failure("create", path) }
        defer {
            close(file)
            unlink(draft)
        }
        let written = key.symmetric.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
        guard written == length, fsync(file) == 0 else { throw failure("write", path) }
        if link(draft, path) == 0 { return true }
        if errno == EEXIST { return false }
        throw failure("create", path)
    }

    private static func failure(_ verb: String, _ path: String) -> MaskingKeyError {
        let reason = String(cString: strerror(errno))
        return MaskingKeyError(code: .unavailable, message: "can't \(verb) masking key \(path): \(reason)")
    }
}

extension MaskingKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Never the key itself.
    package var description: String { "MaskingKey(redacted)" }
    /// Never the key itself.
    package var debugDescription: String { description }
    /// Has no children, so that `dump` shows nothing.
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
