import ArgumentParser

/// `inspector stats`: counts what was recorded, by something.
struct StatsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats",
        abstract: "Count what was recorded.",
        subcommands: [StatsAccountsCommand.self]
    )
}
