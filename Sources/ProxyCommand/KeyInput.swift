import Recorder

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Where a command gets a key from: a file, standard input, or a person who types it unseen.
///
/// Never an argument, which the shell would keep and every process could see.
enum KeyInput {
    /// More than that no key has.
    private static let limit = 64 << 10

    /// Reads a key; white space around it is left out.
    ///
    /// - Parameter file: a path, or `nil` for standard input.
    /// - Returns: the text; nothing of it is checked.
    /// - Throws: `SettingsError` naming the path.
    static func read(file: String?) throws(SettingsError) -> String {
        if let file {
            let descriptor = open(file, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw failure(file) }
            defer { close(descriptor) }
            return try text(descriptor, file)
        }
        if isatty(STDIN_FILENO) == 1 { return try typed() }
        return try text(STDIN_FILENO, "standard input")
    }

    private static func text(_ descriptor: Int32, _ place: String) throws(SettingsError) -> String {
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 4096)
        while bytes.count <= limit {
            let count = part.withUnsafeMutableBytes { systemRead(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw failure(place) }
            if count == 0 { break }
            bytes += part[..<count]
        }
        guard bytes.count <= limit else { throw SettingsError(message: "\(place) is too large for one key") }
        return trimmed(bytes)
    }

    /// Asks at the terminal, without showing what is typed.
    private static func typed() throws(SettingsError) -> String {
        var before = termios()
        guard tcgetattr(STDIN_FILENO, &before) == 0 else { throw failure("the terminal") }
        var silent = before
        // Without signals and lines, too: whatever ends the input, the terminal gets its state back.
        silent.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
            StandardError.write("")
        }
        StandardError.write("key (not shown): ", ending: "")
        var bytes: [UInt8] = []
        while bytes.count <= limit {
            var byte: UInt8 = 0
            let count = systemRead(STDIN_FILENO, &byte, 1)
            if count < 0 && errno == EINTR { continue }
            guard count == 1 else { break }
            switch byte {
            case 0x0A, 0x0D, 0x04: return trimmed(bytes)
            case 0x03, 0x1C: throw SettingsError(message: "given up, nothing was changed")
            case 0x08, 0x7F: _ = bytes.popLast()
            case 0x15: bytes.removeAll()
            default: bytes.append(byte)
            }
        }
        return trimmed(bytes)
    }

    private static func trimmed(_ bytes: [UInt8]) -> String {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
        var text = bytes.drop(while: isSpace)
        while let last = text.last, isSpace(last) { text.removeLast() }
        return String(decoding: text, as: UTF8.self)
    }

    private static func failure(_ place: String) -> SettingsError {
        SettingsError(message: "cannot read the key from \(place): \(String(cString: strerror(errno)))")
    }
}

private func systemRead(_ descriptor: Int32, _ bytes: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    read(descriptor, bytes, count)
}
