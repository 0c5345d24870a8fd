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

            \(FilterOptions.timeHelp)
            """
    )

    @Argument(help: ArgumentHelp("Bundle files to read in place of the store.", valueName: "file"))
    var files: [String] = []

    @Option(help: ArgumentHelp("How many of the newest exchanges to show, or `all`.", valueName: "n|all"))
    var last = LastCount.newest(100)

    @Flag(help: "Go on and print exchanges as they finish, until interrupted.")
    var follow = false

    @Flag(help: "Print one JSON object a line.")
    var json = false

    @OptionGroup var filter: FilterOptions
    @OptionGroup var store: StoreOptions

    func validate() throws {
        if follow, !files.isEmpty {
            throw ValidationError("'--follow' waits for what a proxy records: it can't be used with bundle files.")
        }
    }

    func run() throws {
        try store.check(files)
        let query = try filter.query(limit: last.limit)
        guard files.isEmpty else {
            var printer = SummaryPrinter(isJSON: json)
            try store.source(files).forEach(query) { try printer.add($0) }
            try printer.flush(isFollowed: false)
            if printer.count == 0 { throw ExitCode(1) }
            return
        }
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
}
