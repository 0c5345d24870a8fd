import ArgumentParser
import Logging
import Replayer

/// `replayer serve`: a mock upstream that answers by a scenario.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run a mock upstream that answers by a scenario.",
        discussion: """
            When it listens it prints one line "listening on http://HOST:PORT" to stderr. SIGTERM and SIGINT end it \
            with exit code 0. The scenario language is explained in fixtures/scenarios/first-look.yaml.
            """
    )

    @Option(help: ArgumentHelp("The scenario, a YAML file.", valueName: "file"))
    var scenario: String

    @Option(help: ArgumentHelp("The address to listen on.", valueName: "host"))
    var host = "127.0.0.1"

    @Option(help: ArgumentHelp("The port to listen on; 0 takes a free one.", valueName: "port"))
    var port = 0

    func validate() throws {
        guard (0...65_535).contains(port) else {
            throw ValidationError("The value '\(port)' is invalid for '--port <port>': it must be 0 to 65535.")
        }
    }

    func run() async throws {
        let mock = MockUpstream(scenario: try Scenario.load(path: scenario), host: host, port: port)
        let logger = Logger(label: "replayer") { StreamLogHandler.standardError(label: $0) }
        try await mock.runUntilSignal(logger: logger) { baseURL in
            StandardError.print("listening on \(baseURL)")
        }
    }
}
