package import Recorder

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// The accounts that the environment names: `CLAUDE_API_KEYS`, and the file `CLAUDE_API_KEYS_FILE`.
///
/// Both hold entries `KEY` or `NAME=KEY`, separated by commas or line ends; a line may be, or end in, a comment behind
/// `#`. Where both are set, the accounts of both are used. One without a name is called after its place among all of
/// them: `env-1`, `env-2`, and so on.
package struct AccountsEnvironment: Sendable {
    private let text: String?
    private let file: String?

    /// More than that no list of keys has.
    private static let limit = 1 << 20

    /// Takes the two variables out of an environment; nothing is read yet.
    package init(_ environment: [String: String]) {
        text = environment["CLAUDE_API_KEYS"]
        file = environment["CLAUDE_API_KEYS_FILE"].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The state that the file is in now; `nil` when none is named, or none is there.
    var fileVersion: FileVersion? { file.flatMap { FileVersion(of: $0, followsLinks: true) } }

    /// Reads the accounts.
    ///
    /// - Throws: `SettingsError` naming the variable or file and the entry, by name or place, never by its key.
    package func entries() throws(SettingsError) -> [AccountEntry] {
        var entries: [AccountEntry] = []
        if let text { try append(Array(text.utf8), of: "CLAUDE_API_KEYS", to: &entries) }
        if let file {
            let before = entries.count
            try append(try read(file), of: "CLAUDE_API_KEYS_FILE \(file)", to: &entries)
            // Without accounts clients' own credentials would go upstream: a file that is being written is no reason.
            guard entries.count > before else { throw SettingsError("CLAUDE_API_KEYS_FILE", file, "holds no key") }
        }
        return entries
    }

    private func append(_ text: [UInt8], of place: String, to entries: inout [AccountEntry]) throws(SettingsError) {
        for (index, text) in AccountsEnvironment.split(text).enumerated() {
            let place = "entry \(index + 1) of \(place)"
            let (name, key) = try AccountsEnvironment.parts(text, place)
            let account = Account(
                name: name ?? "env-\(entries.count + 1)",
                credential: try Credential(
                    parsing: key,
                    provider: .anthropic,
                    place: name.map { "\(place) ('\($0)')" } ?? place
                )
            )
            entries.append(AccountEntry(account: account, source: .environment, place: place))
        }
    }

    /// The entries of a text, without comments, white space around them, and empty ones.
    private static func split(_ text: [UInt8]) -> [String] {
        let mark = Array("\u{FEFF}".utf8)
        let text = text.starts(with: mark) ? text.dropFirst(mark.count) : text[...]
        return text.split { $0 == 0x0A || $0 == 0x0D }.flatMap { line in
            var end = line.endIndex
            for index in line.indices where line[index] == UInt8(ascii: "#") {
                guard index == line.startIndex || isSpace(line[index - 1]) else { continue }
                end = index
                break
            }
            return line[..<end].split(separator: UInt8(ascii: ",")).map { trimmed($0) }.filter { !$0.isEmpty }
        }
    }

    private static func parts(_ text: String, _ place: String) throws(SettingsError) -> (name: String?, key: String) {
        guard let equals = text.firstIndex(of: "=") else { return (nil, text) }
        let value = text[text.index(after: equals)...]
        if text.hasPrefix("sk-ant-") {
            // Equals signs may pad a key at its end.
            guard value.allSatisfy({ $0 == "=" }) else {
                throw SettingsError(message: "\(place): the key stands in front of the '=': write NAME=KEY")
            }
            return (nil, text)
        }
        let name = trimmed(text[..<equals].utf8)
        guard AccountName.isValid(name) else {
            throw SettingsError(
                message: "\(place): a name has 1 to 64 letters, digits, '.', '_' and '-' and stands in front of the '='"
            )
        }
        return (name, trimmed(value.utf8))
    }

    private static func trimmed(_ text: some BidirectionalCollection<UInt8>) -> String {
        let text = text.drop(while: isSpace)
        return String(decoding: text.prefix(through: text.lastIndex { !isSpace($0) }), as: UTF8.self)
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0D).contains(byte)
    }

    private func read(_ path: String) throws(SettingsError) -> [UInt8] {
        guard let stream = fopen(path, "re") else { throw failure(path) }
        defer { fclose(stream) }
        var bytes = [UInt8](repeating: 0, count: AccountsEnvironment.limit)
        let count = fread(&bytes, 1, bytes.count, stream)
        guard ferror(stream) == 0 else { throw failure(path) }
        guard count < bytes.count else {
            throw SettingsError("CLAUDE_API_KEYS_FILE", path, "is too large for a list of keys")
        }
        return Array(bytes[..<count])
    }

    private func failure(_ path: String) -> SettingsError {
        SettingsError("CLAUDE_API_KEYS_FILE", path, "cannot be read: \(String(cString: strerror(errno)))")
    }
}

extension Collection {
    fileprivate func prefix(through index: Index?) -> SubSequence {
        guard let index else { return self[startIndex..<startIndex] }
        return self[...index]
    }
}

extension AccountsEnvironment: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Never the keys.
    package var description: String { "(hidden)" }
    /// Never the keys.
    package var debugDescription: String { "(hidden)" }
    /// Never the keys.
    package var customMirror: Mirror { Mirror(reflecting: "(hidden)") }
}
