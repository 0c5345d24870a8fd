import ArgumentParser
import Inspector
import Recorder

/// `inspector unpack`: plain files for a person.
struct UnpackCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unpack",
        abstract: "Write the exchanges of bundle files as plain files, a folder for each.",
        discussion: """
            x17/exchange.json is what `inspector show x17 --json` prints; x17/request.json and x17/response.sse are the \
            bodies without their content-encoding; x17/attempt-1/ holds what differs from that in an attempt.
            """
    )

    @Argument(help: ArgumentHelp("Bundle files.", valueName: "file"))
    var files: [String]

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp("A new or an empty directory.", valueName: "dir")
    )
    var output: String

    func validate() throws {
        if output.isEmpty { throw ValidationError("The value '' is invalid for '-o <dir>': name a directory.") }
    }

    func run() throws {
        try StoreOptions.refuseOthers(files)
        let source = try Sources.open(files, notice: StandardError.write)
        let unpacking = BundleUnpacking(source: source, directory: output) { done, all in
            if done % 100 == 0 { StandardError.progress("writing exchange \(done + 1) of \(all)") }
        }
        let result = try unpacking.run()
        StandardError.progress("")
        var standard = StandardOutput()
        try standard.write(lines: ["\(output): \(result.exchanges) exchanges, \(result.files) files"])
        try standard.flush()
    }
}
