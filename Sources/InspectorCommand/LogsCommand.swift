import ArgumentParser
import Inspector
import Recorder

/// `inspector logs`: lists exchanges.
struct LogsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "List exchanges in order of time, the newest 100 unless --last says otherwise.",
        discussion: """
            All conditions hold at once and apply before --last. IN counts all tokens of the prompt, cached or not; \
            ACCOUNT is the account of the last attempt, or its target.

            TIME is an instant in RFC 3339, a date (2026-11-20), a local time of day (10:00) or a span back from now \
            (30m, 2h, 7d). Both ends are inclusive; a date means its beginning for --since and its end for --until.
            """
    )

    @Option(help: ArgumentHelp("How many of the newest exchanges to show, or `all`.", valueName: "n|all"))
    var last = LastCount.newest(100)

    @Flag(help: "Only errors: status 400 or more, no status, or an ending other than complete.")
    var errorOnly = false

    @Option(help: ArgumentHelp("Only models whose name contains this, in any case: sonnet.", valueName: "model"))
    var model: String?

    @Option(help: ArgumentHelp("Only this session.", valueName: "session"))
    var session: String?

    @Option(help: ArgumentHelp("Only exchanges whose last attempt used this account.", valueName: "account"))
    var account: String?

    @Option(help: ArgumentHelp("Only exchanges that began then or later.", valueName: "time"))
    var since: String?

    @Option(help: ArgumentHelp("Only exchanges that began then or earlier.", valueName: "time"))
    var until: String?

    @Flag(help: "Go on and print exchanges as they finish, until interrupted.")
    var follow = false

    @Flag(help: "Print one JSON object a line.")
    var json = false

    @OptionGroup var store: StoreOptions

    func validate() throws {
        for (flag, value) in [("--model", model), ("--session", session), ("--account", account)] where value == "" {
            throw ValidationError("The value '' is invalid for '\(flag)': leave the flag out to see all.")
        }
        _ = try query()
    }

    func run() throws {
        let query = try query()
        let store = try store.open()
        // Before anything is printed: who interrupts while a long list is printed wants a clean end as well.
        let interrupt = follow ? InterruptSignal() : nil
        var printer = SummaryPrinter(isJSON: json)
        var position = StorePosition()
        try store.forEach(query, endingAt: &position) { try printer.add($0) }
        try printer.flush(isFollowed: follow)
        guard let interrupt else {
            if printer.count == 0 { throw ExitCode(1) }
            return
        }
        while !interrupt.arrives(withinMilliseconds: 200) {
            try store.forEachFinished(since: &position, query) { try printer.add($0) }
            try printer.flush(isFollowed: true)
        }
    }

    private func query() throws -> ExchangeQuery {
        let expression = TimeExpression(now: Clock.now, zone: .system)
        func instant(_ flag: String, _ text: String?, _ edge: TimeExpression.Edge) throws -> Timestamp? {
            guard let text else { return nil }
            guard let instant = expression.instant(text, edge) else {
                throw ValidationError(
                    "The value '\(text)' is invalid for '\(flag) <time>': "
                        + "write 2026-11-20T10:00:00Z, 2026-11-20, 10:00, 30m, 2h or 7d."
                )
            }
            return instant
        }
        return ExchangeQuery(
            limit: last.limit,
            errorOnly: errorOnly,
            model: model,
            session: session,
            account: account,
            since: try instant("--since", since, .since),
            until: try instant("--until", until, .until)
        )
    }
}
