import ArgumentParser
import Inspector
import Recorder

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// `inspector export`: writes a bundle that may leave the machine.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write chosen exchanges into one bundle file, for a bug report, a test or another machine.",
        discussion: """
            Name exchanges by address or id, choose them by conditions, or take --all. Bundle files named behind them are \
            read in place of the store, whole unless something is chosen.

            Every text and body goes through the detectors for secrets again; if one fires, nothing is written and the \
            places are listed, unless --mask replaces what was found. Ids of users, accounts and devices become tags: \
            the same id has the same tag wherever one masking key was used, which is the key of the store, or a random \
            one where there is none.

            \(FilterOptions.timeHelp)

            Exit code 0: written, 1: nothing to write, or refused, 2: wrong usage or an error.
            """
    )

    @Argument(help: ArgumentHelp("Addresses or ids of exchanges, and bundle files to read.", valueName: "id|file"))
    var names: [String] = []

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp("The bundle; its ending (\(BundleContainer.endings)) says which archive.", valueName: "file")
    )
    var output: String

    @Flag(help: "All exchanges.")
    var all = false

    @Option(help: ArgumentHelp("Only so many of the newest of them, or `all`.", valueName: "n|all"))
    var last: LastCount?

    @Option(
        help: ArgumentHelp("Split into files no longer than that: 25MB, 500KB, decimal.", valueName: "size")
    )
    var maxSize: ByteSize?

    @Flag(help: "Replace what the detectors find, in place of refusing.")
    var mask = false

    @Flag(help: "Keep the ids of users, accounts and devices.")
    var keepIds = false

    @Flag(help: "Replace files that are there.")
    var force = false

    @Flag(help: "Print one JSON object for each file that was written or place that was found.")
    var json = false

    @OptionGroup var filter: FilterOptions
    @OptionGroup var store: StoreOptions

    private var files: [String] { names.filter(Sources.isBundle) }
    private var ids: [String] { names.filter { !Sources.isBundle($0) } }

    func validate() throws {
        if BundleContainer(path: output) == nil {
            throw ValidationError(
                "The value '\(output)' is invalid for '-o <file>': let it end in \(BundleContainer.endings)."
            )
        }
        let isChosen = !ids.isEmpty || !filter.isEmpty || last != nil
        if all, isChosen { throw ValidationError("'--all' is everything: leave it out to choose.") }
        if files.isEmpty, !all, !isChosen {
            throw ValidationError(
                "Nothing is chosen: name exchanges, or give --session, --since, --until, --error-only, --model, "
                    + "--account, --last or --all."
            )
        }
    }

    func run() throws {
        if let other = ids.first(where: { ExchangeSelector($0) == nil }) {
            throw ValidationError(
                "'\(other)' is neither the address or id of an exchange nor a bundle file; bundles end in "
                    + "\(BundleContainer.endings)."
            )
        }
        let source = try store.source(files)
        let rows = try selection(of: source)
        guard !rows.isEmpty else {
            StandardError.write("no exchange fits: nothing was written")
            throw ExitCode(1)
        }
        var options = BundleExport.Options()
        options.keepsIdentities = keepIds
        options.remasks = mask
        options.maximumSize = maxSize?.bytes
        options.overwrites = force
        let export = BundleExport(source: source, key: try key(), options: options) { done, all in
            if done % 50 == 0 { StandardError.progress("exporting exchange \(done + 1) of \(all)") }
        } notice: { line in
            StandardError.progress("")
            StandardError.write(line)
        }
        let outcome = try export.run(rows, to: output, created: Clock.now)
        StandardError.progress("")
        try report(outcome)
    }

    /// The exchanges that are named, or all that fulfil the conditions.
    private func selection(of source: any ExchangeSource) throws -> [ExchangeSummary] {
        let query = try filter.query(limit: last?.limit)
        guard !ids.isEmpty else { return try source.rows(query) }
        var rows: [ExchangeSummary] = []
        for id in ids {
            guard let selector = ExchangeSelector(id), let summary = try source.find(selector)?.summary else {
                StandardError.write("there is no exchange '\(id)': `inspector logs` lists addresses, such as x17")
                throw ExitCode(1)
            }
            if query.matches(summary), !rows.contains(where: { $0.id == summary.id }) { rows.append(summary) }
        }
        rows.sort { ($0.startedAt, $0.number) < ($1.startedAt, $1.number) }
        return rows.suffix(query.limit ?? rows.count)
    }

    /// The store's key, so that the tags are those of the recording; it is never made here.
    private func key() throws -> MaskingKey {
        let path = try store.layout.maskingKey
        guard access(path, F_OK) == 0 else { return .random() }
        return try MaskingKey.load(orCreateAt: path)
    }

    private func report(_ outcome: BundleExport.Outcome) throws {
        var output = StandardOutput()
        var json = JSONWriter()
        switch outcome {
        case .written(let parts):
            for part in parts {
                if self.json {
                    json.object {
                        $0.member("path", part.path)
                        $0.member("exchanges", part.exchanges)
                        $0.member("bytes", part.bytes)
                    }
                    json.endLine()
                } else {
                    let size = Decimals.bytes(part.bytes)
                    try output.write(lines: [
                        "\(part.path): \(part.exchanges) \(part.exchanges == 1 ? "exchange" : "exchanges"), \(size)"
                    ])
                }
            }
        case .refused(let places, let count):
            for place in places {
                if self.json { place.write(into: &json) } else { try output.write(lines: [place.line]) }
            }
            StandardError.write(
                "\(count) \(count == 1 ? "place holds" : "places hold") secrets, or bytes that nobody can look into: "
                    + "nothing was written; "
                    + "--mask replaces them"
            )
        case .tooLarge(let address, let bytes):
            StandardError.write(
                "\(address) alone makes a file of \(bytes) bytes, --max-size allows \(maxSize?.bytes ?? 0): "
                    + "nothing was written"
            )
        }
        try output.write(json.bytes)
        try output.flush()
        if case .written = outcome { return }
        throw ExitCode(1)
    }
}
