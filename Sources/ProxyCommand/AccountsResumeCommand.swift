import ArgumentParser

/// `proxy accounts resume`: lets an account serve again.
struct AccountsResumeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Let a paused account serve again."
    )

    @Argument(help: "The account's name.")
    var name: String

    @OptionGroup var options: HomeOptions

    func run() throws {
        try KnownAccounts.pause(name, false, options)
    }
}
