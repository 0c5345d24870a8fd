import ArgumentParser
import ProxyRuntime
import Recorder

/// `proxy accounts remove`: takes an account and its key out of the store.
struct AccountsRemoveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Take an account out of the store, with its key."
    )

    @Argument(help: "The account's name.")
    var name: String

    @OptionGroup var options: HomeOptions

    func run() throws {
        let (layout, environment) = try options.store()
        let known = try KnownAccounts(layout, environment)
        let entry = known.entries.first { $0.account.name == name }
        guard let entry else {
            guard known.elsewhere.contains(name) else { throw known.unknown(name) }
            throw SettingsError(
                message: "account '\(name)' comes from the environment of the running proxy: take it out there, "
                    + "or pause it (`proxy accounts pause \(name)`)"
            )
        }
        guard entry.source == .file else {
            throw SettingsError(
                message: "account '\(name)' is \(entry.place): take it out there, "
                    + "or pause it (`proxy accounts pause \(name)`)"
            )
        }
        guard try AccountsFile.edit(in: layout, { file in file.remove(name) }) else { throw known.unknown(name) }
        StandardError.write("removed account \(name)")
        if known.entries.count == 1, known.elsewhere.isEmpty {
            StandardError.write("it was the last one: from now on requests go on with the clients' own credentials")
        }
    }
}
