import ArgumentParser
import Replayer

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The entry: parses, runs, and turns errors into exit code 2, which ArgumentParser would make 64 or 1.
@main
enum ReplayerMain {
    static func main() async {
        // A reader that leaves is an error of the write, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try ReplayerTool.parseAsRoot()
            if var asyncCommand = command as? any AsyncParsableCommand {
                try await asyncCommand.run()
            } else {
                try command.run()
            }
        } catch is StandardOutput.Closed {
            // The reader, such as `head`, has seen enough.
            exit(0)
        } catch let code as ExitCode {
            exit(code.rawValue)
        } catch {
            // Help and version are errors to ArgumentParser as well; they go to stdout and end with 0.
            let code = ReplayerTool.exitCode(for: error)
            guard code != .success else { ReplayerTool.exit(withError: error) }
            let message = ReplayerTool.message(for: error).split(separator: "\n").joined(separator: " ")
            StandardError.print("replayer: \(message)" + (code == .validationFailure ? " (see `replayer --help`)" : ""))
            exit(2)
        }
    }
}
