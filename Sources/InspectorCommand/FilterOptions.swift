import ArgumentParser
import Inspector
import Recorder

/// Which exchanges a command is about.
struct FilterOptions: ParsableArguments {
    /// How a time is written, for the help of commands that take one.
    static let timeHelp = """
        TIME is an instant in RFC 3339, a date (2026-11-20), a local time of day (10:00) or a span back from now \
        (30m, 2h, 7d). Both ends are inclusive; a date means its beginning for --since and its end for --until.
        """

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

    func validate() throws {
        try FilterOptions.refuseEmpty([("--model", model), ("--session", session), ("--account", account)])
        _ = try query(limit: nil)
    }

    /// Refuses values that can't be meant.
    static func refuseEmpty(_ options: [(flag: String, value: String?)]) throws {
        for (flag, value) in options where value == "" {
            throw ValidationError("The value '' is invalid for '\(flag)': leave the flag out to see all.")
        }
    }

    /// Reads the time that a flag has.
    static func instant(_ flag: String, _ text: String?, _ edge: TimeExpression.Edge) throws -> Timestamp? {
        guard let text else { return nil }
        guard let instant = TimeExpression(now: Clock.now, zone: .system).instant(text, edge) else {
            throw ValidationError(
                "The value '\(text)' is invalid for '\(flag) <time>': "
                    + "write 2026-11-20T10:00:00Z, 2026-11-20, 10:00, 30m, 2h or 7d."
            )
        }
        return instant
    }

    /// Whether no condition is given.
    var isEmpty: Bool {
        !errorOnly && model == nil && session == nil && account == nil && since == nil && until == nil
    }

    func query(limit: Int?) throws -> ExchangeQuery {
        ExchangeQuery(
            limit: limit,
            errorOnly: errorOnly,
            model: model,
            session: session,
            account: account,
            since: try FilterOptions.instant("--since", since, .since),
            until: try FilterOptions.instant("--until", until, .until)
        )
    }
}
