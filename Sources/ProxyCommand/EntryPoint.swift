import ArgumentParser
import Recorder

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Runs the command and turns its outcome into an exit code: 0 done or found, 1 none, 2 wrong usage or an error.
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
        } catch let code as ExitCode where code != .success {
            // What there was to say is said.
            exit(code.rawValue)
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
        let message = hidingKeys(in: RootCommand.message(for: error).split(separator: "\n").joined(separator: " "))
        StandardError.write("proxy: " + message + (code == .validationFailure ? " (see `proxy --help`)" : ""))
        exit(2)
    }

    /// A message without keys: whoever gives one as an argument must not find it in a log as well.
    private static func hidingKeys(in message: String) -> String {
        message.replacing(#/(?:sk-ant-|ccf_)[^\s,'"`]{2,}/#) { _ in "(a key)" }
    }
}

/// `proxy`: records the traffic that goes through it.
struct RootCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "proxy",
        abstract: "Record LLM API traffic on its way to the upstream.",
        discussion: "Exit codes: 0 ended in order or found, 1 nothing to list, 2 wrong usage or an error.",
        version: "proxy \(ToolVersion.current)",
        subcommands: [ServeCommand.self, AccountsCommand.self, KeysCommand.self]
    )
}
