import ArgumentParser
import Recorder

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Runs the command and turns its outcome into an exit code: 0 done, 2 wrong usage or a start that failed.
@main
enum EntryPoint {
    static func main() async {
        do {
            var command = try RootCommand.parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            finish(error)
        }
    }

    private static func finish(_ error: any Error) -> Never {
        let code = RootCommand.exitCode(for: error)
        if code == .success {
            print(RootCommand.fullMessage(for: error))
            exit(0)
        }
        // ArgumentParser's own code for wrong usage is 64.
        let message = RootCommand.message(for: error).split(separator: "\n").joined(separator: " ")
        StandardError.write("proxy: " + message + (code == .validationFailure ? " (see `proxy --help`)" : ""))
        exit(2)
    }
}

/// `proxy`: records the traffic that goes through it.
struct RootCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "proxy",
        abstract: "Record LLM API traffic on its way to the upstream.",
        discussion: "Exit codes: 0 ended in order, 2 wrong usage or a start that failed.",
        version: "proxy \(ToolVersion.current)",
        subcommands: [ServeCommand.self]
    )
}
