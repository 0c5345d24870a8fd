/// How a program ended and what it wrote.
package struct ProcessOutcome: Sendable {
    /// The exit code, or 128 and the signal that ended it.
    package var code: Int32
    /// What it wrote to standard output.
    package var output: String
    /// What it wrote to standard error.
    package var errors: String

    /// The lines of standard output.
    package var lines: [String] { output.split(separator: "\n").map(String.init) }
    /// The lines of standard error.
    package var errorLines: [String] { errors.split(separator: "\n").map(String.init) }
}
