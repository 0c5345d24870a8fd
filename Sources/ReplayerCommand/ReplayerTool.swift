import ArgumentParser

/// The root command.
struct ReplayerTool: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replayer",
        abstract: "Plays LLM traffic again: recorded requests again, or a scripted upstream for clients and proxies.",
        version: "0.1.0",
        subcommands: [RunCommand.self, ServeCommand.self]
    )
}
