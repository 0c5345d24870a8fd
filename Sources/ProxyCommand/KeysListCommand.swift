import ArgumentParser
import Inspector
import ProxyRuntime
import Recorder

/// `proxy keys list`: the clients' keys and their limits.
struct KeysListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the clients' keys, also the revoked ones.",
        discussion: "Exit codes: 0 there are some, 1 there are none, 2 an error."
    )

    @Flag(help: "Print one JSON object a line.")
    var json = false

    @OptionGroup var options: HomeOptions

    func run() throws {
        let (layout, environment) = try options.store()
        let keys = try ClientKeysFile.load(from: layout)?.0.keys ?? []
        guard !keys.isEmpty else {
            StandardError.write("there are no keys")
            throw ExitCode(1)
        }
        if json {
            var json = JSONWriter()
            for key in keys {
                json.object { json in
                    json.member("name", key.name)
                    json.member("created_at", key.createdAt)
                    json.member("rpm", key.requestsPerMinute)
                    json.member("tokens_per_day", key.tokensPerDay)
                    json.member("revoked_at", key.revokedAt)
                }
                json.endLine()
            }
            return try StandardOutput.write(json.bytes)
        }
        let zone = LocalZone.system
        let table = TextTable([
            TextTable.Column("KEY", keys.map(\.name)),
            TextTable.Column("STATUS", keys.map { $0.revokedAt.map { "revoked \(zone.text($0))" } ?? "good" }),
            TextTable.Column("CREATED", keys.map { zone.text($0.createdAt) }),
            number("REQUESTS/MIN", keys.map(\.requestsPerMinute)), number("TOKENS/DAY", keys.map(\.tokensPerDay)),
        ])
        try StandardOutput.write(lines: table.lines(width: nil, style: StandardOutput.style(environment)))
    }

    private func number(_ title: String, _ limits: [Int?]) -> TextTable.Column {
        TextTable.Column(title, limits.map { $0.map { String($0) } ?? "any" }, isRightAligned: true)
    }
}
