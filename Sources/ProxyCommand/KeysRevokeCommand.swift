import ArgumentParser
import ProxyRuntime
import Recorder

/// `proxy keys revoke`: makes a client's key good for nothing.
struct KeysRevokeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Revoke a client's key; clients without a key stay shut out."
    )

    @Argument(help: "The key's name.")
    var name: String

    @OptionGroup var options: HomeOptions

    func run() throws {
        let (layout, _) = try options.store()
        // Where no key was made there is nothing to lock, and no store to make.
        guard try ClientKeysFile.load(from: layout) != nil else {
            throw SettingsError(message: "there are no keys in \(layout.home)")
        }
        let isNew = try ClientKeysFile.edit(in: layout) { (file) throws(SettingsError) in
            try file.revoke(name, at: WallClock.now())
        }
        StandardError.write(isNew ? "revoked key \(name)" : "key \(name) was revoked already")
    }
}
