import ArgumentParser
import Inspector
import Logging
import Recorder
import Replayer

/// `replayer serve`: a mock upstream that answers from a recording or by a scenario.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Answer requests as a recording or a scenario says, until SIGTERM or SIGINT.",
        discussion: """
            SOURCE is a bundle file or the directory of a store; several bundles are one recording. Requests are \
            compared in masked form, so that masked bundles match live requests; headers never take part. What each \
            rung of --match ignores stands in docs/matching.md, the language of scenarios in docs/scenarios.md.

            At the end the result line goes to stdout: exact= normalised= minor= major= unmatched= unused=.
            """
    )

    @Argument(help: ArgumentHelp("Bundle files, or the directory of a store.", valueName: "source"))
    var sources: [String] = []

    @Option(help: ArgumentHelp("A store to answer from, as in other commands.", valueName: "dir"))
    var home: String?

    @Option(help: ArgumentHelp("A scenario, a YAML file, in place of a recording.", valueName: "file"))
    var scenario: String?

    @Option(help: ArgumentHelp("The address to listen on.", valueName: "host"))
    var host = "127.0.0.1"

    @Option(help: ArgumentHelp("The port to listen on; 0 takes a free one.", valueName: "port"))
    var port = 0

    @Option(help: ArgumentHelp("upstream: what each attempt got; client: what clients got.", valueName: "side"))
    var side = ReplaySide.upstream

    @Option(help: ArgumentHelp("How fast recorded time passes.", valueName: "orig|10x|max"))
    var speed = ReplaySpeed.original

    @Option(help: ArgumentHelp("How alike a request must be.", valueName: "exact|normalised|minor|major"))
    var match = MatchRung.normalised

    @Option(help: ArgumentHelp("What a request gets that nothing matches.", valueName: "599|404|forward=URL"))
    var miss = MissAnswer.status(599)

    @Flag(help: "Give answers again when all equal ones were given.")
    var loop = false

    @Flag(help: "End with exit code 1 when a request was not matched or an answer not used.")
    var strict = false

    func validate() throws {
        guard (0...65_535).contains(port) else {
            throw ValidationError("The value '\(port)' is invalid for '--port <port>': it must be 0 to 65535.")
        }
        guard match != .unmatched else {
            throw ValidationError(
                "The value 'unmatched' is invalid for '--match': use exact, normalised, minor or major."
            )
        }
        let kinds = [!sources.isEmpty, home != nil, scenario != nil].count { $0 }
        guard kinds == 1 else {
            throw ValidationError("Name what to answer from: bundle files, --home DIR or --scenario FILE, one of them.")
        }
    }

    func run() async throws {
        let logger = Logger(label: "replayer") { StreamLogHandler.standardError(label: $0) }
        if let scenario {
            let mock = MockUpstream(scenario: try Scenario.load(path: scenario), host: host, port: port)
            try await mock.runUntilSignal(logger: logger) { StandardError.print("listening on \($0)") }
            return
        }
        let answers = try recorded()
        let mock = MockUpstream(answers: answers, host: host, port: port)
        try await mock.runUntilSignal(logger: logger) { baseURL in
            StandardError.print("\(answers.count) recorded answers")
            StandardError.print("listening on \(baseURL)")
        }
        let result = answers.result
        print(result.line)
        if strict, result.counts[.unmatched] ?? 0 > 0 || result.unused > 0 { throw ExitCode(1) }
    }

    private func recorded() throws -> RecordedAnswers {
        var options = RecordedAnswers.Options()
        (options.side, options.match, options.speed, options.loops) = (side, match, speed, loop)
        switch miss {
        case .status(let status): options.missStatus = status
        case .forward(let url): options.forward = url
        }
        let source = try Sources.open(home.map { [$0] } ?? sources) { StandardError.print("replayer: \($0)") }
        return try RecordedAnswers(source, options: options) { StandardError.print($0) }
    }
}

/// The value of `--miss`.
enum MissAnswer: ExpressibleByArgument {
    case status(Int)
    case forward(String)

    init?(argument: String) {
        switch argument {
        case "599", "404": self = .status(argument == "404" ? 404 : 599)
        case _ where argument.hasPrefix("forward=http"): self = .forward(String(argument.dropFirst(8)))
        default: return nil
        }
    }

    var defaultValueDescription: String { "599" }
}

extension ReplaySpeed: ExpressibleByArgument {
    /// Reads what `ReplaySpeed.init(_:)` reads.
    public init?(argument: String) { self.init(argument) }
}

extension ReplaySide: ExpressibleByArgument {}
extension MatchRung: ExpressibleByArgument {}
