import ArgumentParser
import Inspector
import ProxyRuntime
import Recorder

/// `proxy accounts list`: the accounts and how they are.
struct AccountsListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the accounts and how they are; no part of a key is shown.",
        discussion: "Exit codes: 0 there are some, 1 there are none, 2 an error."
    )

    @Flag(help: "Print one JSON object a line.")
    var json = false

    @OptionGroup var options: HomeOptions

    func run() throws {
        let (layout, environment) = try options.store()
        let known = try KnownAccounts(layout, environment)
        let now = WallClock.now()
        let statuses = AccountStatus.all(
            known.entries,
            snapshot: known.snapshot,
            maskingKey: try MaskingKey.load(at: layout.maskingKey),
            at: now
        )
        if !known.elsewhere.isEmpty {
            StandardError.write(
                "the running proxy also has, from its own environment: \(known.elsewhere.joined(separator: ", "))"
            )
        }
        guard !statuses.isEmpty else {
            if known.elsewhere.isEmpty { StandardError.write("there are no accounts") }
            throw ExitCode(1)
        }
        if json {
            var json = JSONWriter()
            for status in statuses {
                status.write(to: &json)
                json.endLine()
            }
            try StandardOutput.write(json.bytes)
        } else {
            let table = AccountTable(now: now, zone: .system, style: StandardOutput.style(environment))
            try StandardOutput.write(lines: table.lines(statuses))
        }
    }
}
