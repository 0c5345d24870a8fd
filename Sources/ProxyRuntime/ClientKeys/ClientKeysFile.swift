package import Recorder

/// `keys.json` of a store: the hashes of clients' keys, with their limits.
///
/// Revoked keys stay in it: once a key was made, a proxy on this store asks for one.
package struct ClientKeysFile: Hashable, Sendable {
    /// The format that is written.
    static let version = 1

    /// The keys in the order in which they were made.
    package var keys: [ClientKey] = []

    /// Makes a file without keys.
    package init() {}

    /// Reads the file of a store.
    ///
    /// - Returns: the content and the state it belongs to; `nil` when there is no such file.
    /// - Throws: `SettingsError` when others may read it, or it is damaged, or of a newer program.
    package static func load(from layout: StoreLayout) throws(SettingsError) -> (ClientKeysFile, FileVersion)? {
        guard let (bytes, version) = try PrivateFile(path: layout.clientKeys).read() else { return nil }
        return (try decode(bytes, path: layout.clientKeys), version)
    }

    /// Changes the file of a store, whose directory is there.
    ///
    /// - Parameters:
    ///   - layout: the store.
    ///   - change: changes the content; the file stays as it is when it throws or changes nothing.
    /// - Returns: what the change gives.
    /// - Throws: what `load(from:)` and the change throw, and `SettingsError` when it can't be written.
    @discardableResult
    package static func edit<Result>(
        in layout: StoreLayout,
        _ change: (inout ClientKeysFile) throws(SettingsError) -> Result
    ) throws(SettingsError) -> Result {
        var result: Result?
        let path = layout.clientKeys
        try PrivateFile(path: path).edit { (bytes) throws(SettingsError) -> [UInt8]? in
            let old =
                try bytes.map { (bytes) throws(SettingsError) in try decode(bytes, path: path) } ?? ClientKeysFile()
            var new = old
            result = try change(&new)
            return new == old ? nil : try PrivateJSON.encode(Stored(new), path: path)
        }
        guard let result else { preconditionFailure("an edit that does not throw has called its closure") }
        return result
    }

    // MARK: - Changes

    /// Adds a key behind the others.
    ///
    /// - Throws: `SettingsError` when a good key of that name is there already.
    package mutating func add(_ key: ClientKey) throws(SettingsError) {
        guard !keys.contains(where: { $0.name == key.name && $0.revokedAt == nil }) else {
            throw SettingsError(
                message:
                    "a key called '\(key.name)' is there already: revoke it first (`proxy keys revoke \(key.name)`), "
                    + "or choose another name"
            )
        }
        keys.append(key)
    }

    /// Revokes the good key of a name.
    ///
    /// - Returns: whether it was good until now.
    /// - Throws: `SettingsError` naming the keys there are when none ever had that name.
    package mutating func revoke(_ name: String, at now: Timestamp) throws(SettingsError) -> Bool {
        if let index = keys.firstIndex(where: { $0.name == name && $0.revokedAt == nil }) {
            keys[index].revokedAt = now
            return true
        }
        guard keys.contains(where: { $0.name == name }) else {
            let names = keys.filter { $0.revokedAt == nil }.map(\.name)
            throw SettingsError(
                message: "no key has that name; "
                    + (names.isEmpty ? "there are none" : "there are: \(names.joined(separator: ", "))")
            )
        }
        return false
    }

    // MARK: - Form

    static func decode(_ bytes: [UInt8], path: String) throws(SettingsError) -> ClientKeysFile {
        try PrivateJSON.decode(Stored.self, bytes, version: version, path: path).file(path)
    }

    /// The form in the file.
    private struct Stored: Codable {
        struct Key: Codable {
            var name: String
            var sha256: String
            var createdAt: Timestamp
            var rpm: Int?
            var tokensPerDay: Int?
            var revokedAt: Timestamp?

            enum CodingKeys: String, CodingKey {
                case name, sha256, rpm
                case createdAt = "created_at"
                case tokensPerDay = "tokens_per_day"
                case revokedAt = "revoked_at"
            }
        }

        var version: Int
        var keys: [Key]

        init(_ file: ClientKeysFile) {
            version = ClientKeysFile.version
            keys = file.keys.map { key in
                Key(
                    name: key.name,
                    sha256: key.digest.description,
                    createdAt: key.createdAt,
                    rpm: key.requestsPerMinute,
                    tokensPerDay: key.tokensPerDay,
                    revokedAt: key.revokedAt
                )
            }
        }

        /// Checks all that people can have changed by hand.
        func file(_ path: String) throws(SettingsError) -> ClientKeysFile {
            var file = ClientKeysFile()
            for (index, stored) in keys.enumerated() {
                let place = "\(path): keys[\(index)]"
                do {
                    try AccountName.check(stored.name, of: "a key")
                } catch {
                    throw SettingsError(message: "\(place): \(error)")
                }
                guard let digest = Digest(name: stored.sha256) else {
                    throw SettingsError(message: "\(place).sha256 is not 64 hexadecimal digits in lower case")
                }
                var key = ClientKey(name: stored.name, digest: digest, createdAt: stored.createdAt)
                key.requestsPerMinute = try limit(stored.rpm, "\(place).rpm", ClientKeysFile.rpmLimit)
                key.tokensPerDay = try limit(stored.tokensPerDay, "\(place).tokens_per_day", ClientKeysFile.tokenLimit)
                key.revokedAt = stored.revokedAt
                if key.revokedAt == nil {
                    do {
                        try file.add(key)
                    } catch {
                        throw SettingsError(message: "\(place): two keys are called '\(key.name)'")
                    }
                } else {
                    file.keys.append(key)
                }
            }
            return file
        }

        private func limit(_ value: Int?, _ place: String, _ largest: Int) throws(SettingsError) -> Int? {
            guard let value else { return nil }
            guard (1...largest).contains(value) else {
                throw SettingsError(message: "\(place) is not between 1 and \(largest)")
            }
            return value
        }
    }

    /// The most requests per minute that a key can be limited to.
    package static let rpmLimit = 1_000_000
    /// The most tokens per day that a key can be limited to.
    package static let tokenLimit = 1_000_000_000_000_000
}
