import ArgumentParser
import Inspector
import Recorder

/// `inspector audit`: lists what is in a bundle before it is shared.
struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "List what is in bundle files by kind, so that a person can decide to share them.",
        discussion: """
            Names of headers, models, accounts, users and sessions, sizes, what was masked by kind, and what is missing. \
            Texts of prompts and answers are shown with --samples only.
            """
    )

    @Argument(help: ArgumentHelp("Bundle files; the store when there are none.", valueName: "file"))
    var files: [String] = []

    @Option(help: ArgumentHelp("Show so many short texts of prompts and answers.", valueName: "n"))
    var samples = 0

    @Flag(help: "Print one JSON object.")
    var json = false

    @OptionGroup var store: StoreOptions

    func validate() throws {
        if !(0...1000).contains(samples) {
            throw ValidationError("The value '\(samples)' is invalid for '--samples <n>': write 0 to 1000.")
        }
    }

    func run() throws {
        try store.check(files)
        let source = try store.source(files)
        let audit = try BundleAudit(source, samples: samples) { done, all in
            if done % 100 == 0 { StandardError.progress("reading exchange \(done + 1) of \(all)") }
        }
        StandardError.progress("")
        let manifests = (source as? BundleExchanges)?.files.compactMap(\.manifest) ?? []
        var output = StandardOutput()
        if json {
            var json = JSONWriter()
            audit.write(manifests, into: &json)
            try output.write(json.bytes)
        } else {
            try output.write(lines: audit.lines(manifests))
        }
        try output.flush()
    }
}
