import ArgumentParser
import Inspector
import Recorder

/// `inspector import`: brings bundle files into a store.
struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Merge bundle files into a store; an exchange that is there already is left out.",
        discussion: """
            The new exchanges get the store's next addresses and keep their ids. What the detectors for secrets find is \
            replaced. No proxy may be recording into the store meanwhile.
            """
    )

    @Argument(help: ArgumentHelp("Bundle files.", valueName: "file"))
    var files: [String]

    @Flag(help: "Print one JSON object.")
    var json = false

    @OptionGroup var store: StoreOptions

    func run() throws {
        try StoreOptions.refuseOthers(files)
        let importing = BundleImport(
            try store.layout,
            catalog: try store.catalog,
            notice: StandardError.write,
            progress: { done, all in
                if done % 100 == 0 { StandardError.progress("importing exchange \(done + 1) of \(all)") }
            }
        )
        let outcome = try importing.run(files, created: Clock.now)
        StandardError.progress("")
        var output = StandardOutput()
        if json {
            var json = JSONWriter()
            json.object {
                $0.member("imported", outcome.imported)
                $0.member("known", outcome.known)
                $0.member("first", outcome.first?.description)
                $0.member("last", outcome.last?.description)
                $0.member("masked_places", outcome.masked)
                $0.member("bundle", outcome.bundle)
            }
            json.endLine()
            try output.write(json.bytes)
        } else {
            try output.write(lines: [line(outcome)])
        }
        try output.flush()
    }

    private func line(_ outcome: BundleImport.Outcome) -> String {
        var parts = ["imported \(outcome.imported) \(outcome.imported == 1 ? "exchange" : "exchanges")"]
        if let first = outcome.first, let last = outcome.last {
            parts[0] += first == last ? " as \(first)" : " as \(first) to \(last)"
        }
        if outcome.known > 0 { parts.append("\(outcome.known) \(outcome.known == 1 ? "was" : "were") there already") }
        if outcome.masked > 0 { parts.append("what \(outcome.masked) places held was masked") }
        return parts.joined(separator: ", ")
    }
}
