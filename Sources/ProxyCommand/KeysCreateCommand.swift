import ArgumentParser
import ProxyRuntime
import Recorder

/// `proxy keys create`: makes a client's key and prints it, this once.
struct KeysCreateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make a client's key and print it, this once; only its hash is kept."
    )

    @Argument(help: "Whom or what it is for; records show it as client_key.")
    var name: String

    @Option(help: "Requests that it may send per minute (default: any number).")
    var rpm: Int?

    @Option(help: "Tokens, in and out, that it may use per day in UTC (default: any number).")
    var tokensPerDay: Int?

    @OptionGroup var options: HomeOptions

    func validate() throws {
        try check(rpm, "--rpm", ClientKeysFile.rpmLimit)
        try check(tokensPerDay, "--tokens-per-day", ClientKeysFile.tokenLimit)
    }

    private func check(_ value: Int?, _ flag: String, _ largest: Int) throws {
        guard let value, !(1...largest).contains(value) else { return }
        throw ValidationError("The value '\(value)' is invalid for '\(flag)': it is between 1 and \(largest).")
    }

    func run() throws {
        try AccountName.check(name, of: "a key")
        let (layout, _) = try options.store()
        let key = ClientKey.random()
        var entry = ClientKey(name: name, digest: ClientKey.digest(of: key), createdAt: WallClock.now())
        entry.requestsPerMinute = rpm
        entry.tokensPerDay = tokensPerDay
        try layout.create()
        let added = entry
        let isFirst = try ClientKeysFile.edit(in: layout) { (file) throws(SettingsError) in
            let isFirst = file.keys.isEmpty
            try file.add(added)
            return isFirst
        }
        do {
            try StandardOutput.write(lines: [key])
        } catch {
            // Nobody has seen it: nobody will use it.
            _ = try ClientKeysFile.edit(in: layout) { (file) throws(SettingsError) in
                try file.revoke(added.name, at: WallClock.now())
            }
            throw error
        }
        StandardError.write("created key \(name); it is shown this once")
        if isFirst { StandardError.write("from now on, the proxy on \(layout.home) asks every client for a key") }
    }
}
