import ArgumentParser
import Inspector
import Recorder
import Replayer

/// Which recorded exchanges a command works on, in the words of `inspector logs`.
struct SelectionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Only these: addresses (x17), ids or sessions, with commas between them; may be repeated.",
            valueName: "names"
        )
    )
    var select: [String] = []

    @Option(help: ArgumentHelp("Only the newest of what is left, or `all`.", valueName: "n|all"))
    var last = "all"

    @Flag(help: "Only errors: status 400 or more, no status, or an ending other than complete.")
    var errorOnly = false

    @Option(help: ArgumentHelp("Only models whose name contains this, in any case: sonnet.", valueName: "model"))
    var model: String?

    @Option(help: ArgumentHelp("Only this session.", valueName: "session"))
    var session: String?

    @Option(help: ArgumentHelp("Only exchanges that began then or later.", valueName: "time"))
    var since: String?

    @Option(help: ArgumentHelp("Only exchanges that began then or earlier.", valueName: "time"))
    var until: String?

    @Option(
        help: ArgumentHelp(
            "The store's directory; by default what TAPEDECK_HOME says, or ~/.local/share/tapedeck.",
            valueName: "dir"
        )
    )
    var home: String?

    /// Opens bundles or a store.
    func open(_ sources: [String]) throws -> any ExchangeSource {
        if !sources.isEmpty {
            guard home == nil else {
                throw ValidationError("--home names a store beside other sources: leave one out.")
            }
            return try Sources.open(sources, notice: StandardError.print)
        }
        var environment: [String: String] = [:]
        for name in ["TAPEDECK_HOME", "XDG_DATA_HOME", "HOME"] { environment[name] = Environment.variable(name) }
        let layout = home.map { StoreLayout(home: $0) } ?? StoreLayout(environment: environment)
        return try ExchangeStore(layout, notice: StandardError.print)
    }

    /// The selection that the options describe.
    func selection() throws -> RunSelection {
        for (flag, value) in [("--model", model), ("--session", session), ("--home", home)] where value == "" {
            throw ValidationError("The value '' is invalid for '\(flag)': leave the flag out.")
        }
        let count = Int(last)
        guard last == "all" || count.map({ $0 > 0 }) == true else {
            throw ValidationError(
                "The value '\(last)' is invalid for '--last <n|all>': write a number above 0, or all."
            )
        }
        let query = ExchangeQuery(
            limit: count,
            errorOnly: errorOnly,
            model: model,
            session: session,
            since: try instant("--since", since, .since),
            until: try instant("--until", until, .until)
        )
        let names = select.flatMap { $0.split(separator: ",").map { String($0).trimmingSpaces } }.filter { !$0.isEmpty }
        return RunSelection(query: query, names: names)
    }

    private func instant(_ flag: String, _ text: String?, _ edge: TimeExpression.Edge) throws -> Timestamp? {
        guard let text else { return nil }
        let expression = TimeExpression(now: WallClock.now(), zone: .system)
        guard let instant = expression.instant(text, edge) else {
            throw ValidationError(
                "The value '\(text)' is invalid for '\(flag) <time>': "
                    + "write 2026-11-20T10:00:00Z, 2026-11-20, 10:00, 30m, 2h or 7d."
            )
        }
        return instant
    }
}
