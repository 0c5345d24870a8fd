import ArgumentParser
import Recorder

/// Which exchanges are counted.
struct StatsFilterOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Only models whose name contains this, in any case: sonnet.", valueName: "model"))
    var model: String?

    @Option(help: ArgumentHelp("Only this session.", valueName: "session"))
    var session: String?

    @Option(help: ArgumentHelp("Only exchanges that began then or later.", valueName: "time"))
    var since: String?

    @Option(help: ArgumentHelp("Only exchanges that began then or earlier.", valueName: "time"))
    var until: String?

    func validate() throws {
        try FilterOptions.refuseEmpty([("--model", model), ("--session", session)])
        _ = try query()
    }

    func query() throws -> ExchangeQuery {
        ExchangeQuery(
            model: model,
            session: session,
            since: try FilterOptions.instant("--since", since, .since),
            until: try FilterOptions.instant("--until", until, .until)
        )
    }
}
