import ArgumentParser
import Recorder

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Runs the command and turns its outcome into an exit code: 0 found, 1 none, 2 wrong usage or an error.
@main
enum EntryPoint {
    static func main() {
        do {
            var command = try RootCommand.parseAsRoot()
            try command.run()
        } catch is StandardOutput.Closed {
            // The reader, such as `head`, has seen enough.
            exit(0)
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
        let message = RootCommand.message(for: error).split(separator: "\n").joined(separator: " ")
        StandardError.write(message + (code == .validationFailure ? " (see `inspector --help`)" : ""))
        exit(2)
    }
}
