import ArgumentParser
import Inspector
import Recorder

/// `inspector verify`: checks bundle files.
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check every hash, reference, length and count of bundle files.",
        discussion: """
            Prints one line for each sound file, and one for each thing that is wrong, with its place. Exit code 0: all \
            are sound, 1: something is wrong, 2: a file can't be read or is refused.
            """
    )

    @Argument(help: ArgumentHelp("Bundle files.", valueName: "file"))
    var files: [String]

    @Flag(help: "Print one JSON object a file.")
    var json = false

    func run() throws {
        try VerifyCommand.verify(files, isJSON: json)
    }

    /// Checks files and prints what was found.
    static func verify(_ files: [String], isJSON: Bool) throws {
        var output = StandardOutput()
        var code: Int32 = 0
        for file in files {
            do {
                let verification = try BundleVerification(path: file) { done, all in
                    if done % 100 == 0 { StandardError.progress("\(file): checking exchange \(done + 1) of \(all)") }
                }
                StandardError.progress("")
                if !verification.isSound { code = max(code, 1) }
                var json = JSONWriter()
                if isJSON { verification.write(into: &json) }
                try isJSON ? output.write(json.bytes) : output.write(lines: verification.lines)
            } catch let error as StoreError {
                // The other files are still worth a look.
                StandardError.progress("")
                code = 2
                StandardError.write(error.message)
            }
        }
        try output.flush()
        if code != 0 { throw ExitCode(code) }
    }
}
