import ArgumentParser
import Inspector
import Recorder

/// `inspector doctor`: tells whether the store is sound.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Read the whole store and tell what is in it, what is missing and what is wrong.",
        discussion: "Of bundle files it says what `inspector verify` says. Exit code 0: healthy, 1: something is wrong."
    )

    @Argument(help: ArgumentHelp("Bundle files to examine in place of the store.", valueName: "file"))
    var files: [String] = []

    @Flag(help: "Build the catalog anew from the segments and bundles first.")
    var rebuild = false

    @Flag(help: "Print one JSON object.")
    var json = false

    @OptionGroup var store: StoreOptions

    func validate() throws {
        if rebuild, !files.isEmpty {
            throw ValidationError("'--rebuild' is for stores: a bundle has no catalog.")
        }
    }

    func run() throws {
        try store.check(files)
        guard files.isEmpty else { return try VerifyCommand.verify(files, isJSON: json) }
        let layout = try store.layout
        if rebuild { try rebuildCatalog(layout) }
        let examination = try StoreExamination(layout, catalog: try store.catalog) {
            StandardError.progress("reading segment \($0) of \($1)")
        }
        StandardError.progress("")
        var output = StandardOutput()
        if json {
            var json = JSONWriter()
            examination.write(into: &json)
            try output.write(json.bytes)
        } else {
            try output.write(lines: examination.lines(zone: .system, style: Terminal.style))
        }
        try output.flush()
        if !examination.problems.isEmpty { throw ExitCode(1) }
    }

    private func rebuildCatalog(_ layout: StoreLayout) throws {
        // An error about a store that is not there beats one about a catalog that cannot be made.
        _ = try StoreReader(layout)
        let indexer = CatalogIndexer(layout, path: try store.catalog)
        try indexer.reset()
        var groups = 0
        try indexer.catchUp {
            groups += 1
            StandardError.progress("indexed \(groups * CatalogIndexer.defaultGroup) exchanges")
            return true
        }
        StandardError.progress("")
    }
}
