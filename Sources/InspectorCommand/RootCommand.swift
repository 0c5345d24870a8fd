import ArgumentParser
import Recorder

/// `inspector`: reads what the proxy recorded.
struct RootCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspector",
        abstract: "Search and explain what the proxy recorded.",
        discussion: "Exit codes: 0 found, 1 nothing found or something wrong, 2 wrong usage or an error.",
        version: "inspector \(ToolVersion.current)",
        subcommands: [
            LogsCommand.self, ShowCommand.self, ExportCommand.self, ImportCommand.self, VerifyCommand.self,
            AuditCommand.self,
            UnpackCommand.self, StatsCommand.self, DoctorCommand.self,
        ]
    )
}
