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
        do {
            var command = try ReplayerTool.parseAsRoot()
            if var asyncCommand = command as? any AsyncParsableCommand {
                try await asyncCommand.run()
            } else {
                try command.run()
            }
        } catch let error as ReplayerError {
            StandardError.print("replayer: \(error)")
            exit(2)
        } catch {
            // Help and version are errors to ArgumentParser as well; they go to stdout and end with 0.
            guard ReplayerTool.exitCode(for: error) != .success else { ReplayerTool.exit(withError: error) }
            StandardError.print(ReplayerTool.fullMessage(for: error))
            exit(2)
        }
    }
}
