import ArgumentParser

/// `proxy accounts pause`: leaves an account out until it is resumed.
struct AccountsPauseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Leave an account out until it is resumed; one of the environment as well."
    )

    @Argument(help: "The account's name.")
    var name: String

    @OptionGroup var options: HomeOptions

    func run() throws {
        try KnownAccounts.pause(name, true, options)
    }
}
