import ArgumentParser
import ProxyRuntime
import Recorder

/// `proxy accounts add`: takes a key into the store.
struct AccountsAddCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Add an account; its key is read from a file or from standard input.",
        discussion: """
            On a terminal the key is asked for and not shown. A key is never an argument: it would stay in the shell's \
            history.
            """
    )

    @Argument(help: "The account's name: letters, digits, '.', '_' and '-'.")
    var name: String

    @Option(help: "File that holds the key.")
    var keyFile: String?

    @Option(help: "Whose API the key opens.")
    var provider = Account.Provider.anthropic

    @Option(help: "Where its requests go (default: the proxy's --upstream).")
    var baseURL: String?

    @Option(help: "Its place in the order of the strategy `priority`: lower goes first.")
    var priority = 0

    @Option(help: "The header that carries the key (default: the one the client used; OAuth tokens always bearer).")
    var auth: Account.Auth?

    @OptionGroup var options: HomeOptions

    func run() throws {
        let (layout, environment) = try options.store()
        // What can be wrong is found out before anybody types a key.
        try AccountName.check(name, of: "an account")
        let target = try baseURL.map { try UpstreamTarget(url: $0, setting: "--base-url") }
        if try KnownAccounts(layout, environment).elsewhere.contains(name) {
            throw SettingsError(
                message: "the environment of the running proxy has an account '\(name)' already: choose another name"
            )
        }
        let others = try AccountsEnvironment(environment).entries()
        let key = try Credential(parsing: KeyInput.read(file: keyFile), provider: provider, place: "account '\(name)'")
        guard auth != .xAPIKey || !key.isOAuth else {
            throw SettingsError(message: "--auth x-api-key: the key is an OAuth token, which goes as bearer only")
        }
        var account = Account(name: name, credential: key)
        account.provider = provider
        account.baseURL = target
        account.priority = priority
        account.auth = auth
        try layout.create()
        let added = account
        try AccountsFile.edit(in: layout) { (file) throws(SettingsError) in
            try file.add(added, at: WallClock.now())
            try AccountEntry.checkUnique(others + file.accountEntries(layout.accounts))
        }
        let tag = try MaskingKey.load(orCreateAt: layout.maskingKey).placeholder(ofKey: key.secret)
        StandardError.write("added account \(name), which records show as \(tag) where its key stood")
    }
}

extension Account.Provider: ExpressibleByArgument {}
extension Account.Auth: ExpressibleByArgument {}
