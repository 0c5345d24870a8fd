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

    @Option(
        help: ArgumentHelp(
            "upstream (the default): what each attempt got; client: what clients got.",
            valueName: "upstream|client"
        ),
        transform: { try Self.parse($0, ReplaySide.init(rawValue:), "upstream or client") }
    )
    var side: ReplaySide?

    @Option(
        help: ArgumentHelp("How fast recorded time passes; orig by default.", valueName: "orig|10x|max"),
        transform: { try Self.parse($0, ReplaySpeed.init, "orig, max, or a factor such as 10x or 2.5x") }
    )
    var speed: ReplaySpeed?

    @Option(
        help: ArgumentHelp(
            "How alike a request must be; normalised by default.",
            valueName: "exact|normalised|minor|major"
        ),
        transform: { try Self.parse($0, Self.rung, "exact, normalised, minor or major") }
    )
    var match: MatchRung?

    @Option(
        help: ArgumentHelp(
            "What a request gets that nothing matches; 599 by default.",
            valueName: "599|404|forward=URL"
        ),
        transform: { try Self.parse($0, MissAnswer.init, "599, 404 or forward=http://HOST:PORT") }
    )
    var miss: MissAnswer?

    @Flag(help: "Give answers again when all equal ones were given.")
    var loop = false

    @Flag(help: "End with exit code 1 when a request was not matched or an answer not used.")
    var strict = false

    func validate() throws {
        guard (0...65_535).contains(port) else {
            throw ValidationError("The value '\(port)' is invalid for '--port <port>': it must be 0 to 65535.")
        }
        let kinds = [!sources.isEmpty, home != nil, scenario != nil].count { $0 }
        guard kinds == 1 else {
            throw ValidationError("Name what to answer from: bundle files, --home DIR or --scenario FILE, one of them.")
        }
        let isSet = [side != nil, speed != nil, match != nil, miss != nil, loop, strict]
        let names = ["--side", "--speed", "--match", "--miss", "--loop", "--strict"]
        if scenario != nil, let name = zip(names, isSet).first(where: \.1)?.0 {
            throw ValidationError("\(name) is for recordings: a scenario says itself how it answers.")
        }
    }

    func run() async throws {
        let logger = Logger(label: "replayer") { StreamLogHandler.standardError(label: $0) }
        if let scenario {
            let mock = MockUpstream(
                scenario: try Scenario.load(path: scenario),
                host: host,
                port: port,
                keepsRequests: false,
                report: { StandardError.print($0) }
            )
            try await mock.runUntilSignal(logger: logger) { StandardError.print("listening on \($0)") }
            Self.tellCutAnswers(of: mock)
            return
        }
        let answers = try recorded()
        let mock = MockUpstream(
            answers: answers,
            host: host,
            port: port,
            keepsRequests: false,
            report: { StandardError.print($0) }
        )
        try await mock.runUntilSignal(logger: logger) { baseURL in
            StandardError.print("\(answers.count) recorded answers")
            StandardError.print("listening on \(baseURL)")
        }
        Self.tellCutAnswers(of: mock)
        let result = answers.result
        print(result.line)
        if strict, result.unmatched > 0 || result.unused > 0 { throw ExitCode(1) }
    }

    private func recorded() throws -> RecordedAnswers {
        var options = ReplayOptions()
        if let side { options.side = side }
        if let match { options.match = match }
        if let speed { options.speed = speed }
        options.loops = loop
        switch miss {
        case .status(let status): options.missStatus = status
        case .forward(let url): options.forward = url
        case nil: break
        }
        let source = try Sources.open(home.map { [$0] } ?? sources) { StandardError.print("replayer: \($0)") }
        return try RecordedAnswers(source, options: options) { StandardError.print($0) }
    }

    private static func tellCutAnswers(of mock: MockUpstream) {
        let count = mock.cutAnswerCount
        guard count > 0 else { return }
        StandardError.print("replayer: \(count) \(count == 1 ? "answer was" : "answers were") cut off by the end")
    }

    private static func rung(_ text: String) -> MatchRung? {
        MatchRung(rawValue: text).flatMap { $0 == .unmatched ? nil : $0 }
    }

    private static func parse<Value>(_ text: String, _ read: (String) -> Value?, _ valid: String) throws -> Value {
        guard let value = read(text) else { throw ValidationError("write \(valid).") }
        return value
    }
}
