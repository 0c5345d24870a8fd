import Foundation
import ProxyRuntime
import Recorder
import Testing

/// Puts accounts and keys into a store before its proxy starts.
enum StoreSample {
    /// Adds accounts to `accounts.json`.
    static func add(_ accounts: [Account], to layout: StoreLayout) {
        prepare(layout) {
            try AccountsFile.edit(in: layout) { (file) throws(SettingsError) in
                for account in accounts { try file.add(account, at: WallClock.now()) }
            }
        }
    }

    /// Adds a client's key to `keys.json`.
    static func add(_ key: String, of name: String, rpm: Int? = nil, to layout: StoreLayout) {
        var entry = ClientKey(name: name, digest: ClientKey.digest(of: key), createdAt: WallClock.now())
        entry.requestsPerMinute = rpm
        prepare(layout) {
            try ClientKeysFile.edit(in: layout) { (file) throws(SettingsError) in try file.add(entry) }
        }
    }

    private static func prepare(_ layout: StoreLayout, _ change: () throws -> Void) {
        #expect(throws: Never.self) {
            try FileManager.default.createDirectory(
                atPath: layout.home,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
            try change()
        }
    }
}

extension StoreSample {
    /// The files under a directory that hold a text, by their paths from there.
    static func files(containing text: String, under directory: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: directory).filter { file in
            let data = FileManager.default.contents(atPath: directory + "/" + file)
            return data?.firstRange(of: Data(text.utf8)) != nil
        }
    }
}
