import ArgumentParser
import Inspector
import Recorder

/// `inspector stats accounts`: what each account was used for.
struct StatsAccountsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accounts",
        abstract: "Count exchanges, attempts by outcome, tokens and costs by account.",
        discussion: """
            EXCHANGES are those whose last attempt went to the account, FAILED those of them that were errors to the \
            client. ATTEMPTS are all that went to it: OK, LIMITED (quotas, rate limits, caps, entitlements), OVERLOADED, \
            ERRORS (of the upstream or on the way to it) and CLIENT (bad requests, clients that left). IN counts all \
            tokens of the prompt, cached or not; tokens and costs are without replays. A cost is unknown when that \
            of an exchange is, for want of its tokens or of a price. An account without a name, the client's own, stands under the name of its target.

            \(FilterOptions.timeHelp)
            """
    )

    @Argument(help: ArgumentHelp("Bundle files to read in place of the store.", valueName: "file"))
    var files: [String] = []

    @Flag(help: "Print one JSON object a line, with the attempts by kind.")
    var json = false

    @OptionGroup var filter: StatsFilterOptions
    @OptionGroup var store: StoreOptions

    func run() throws {
        try store.check(files)
        let statistics = try store.source(files).accountStatistics(filter.query())
        guard !statistics.accounts.isEmpty else { throw ExitCode(1) }
        var output = StandardOutput()
        if json {
            var json = JSONWriter()
            statistics.write(into: &json)
            try output.write(json.bytes)
        } else {
            try output.write(
                lines: statistics.lines(width: Terminal.width, zone: .system, style: Terminal.style)
            )
        }
        try output.flush()
    }
}
