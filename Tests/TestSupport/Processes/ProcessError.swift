/// A program that could not be started or did not do what a test waits for.
package struct ProcessError: Error, CustomStringConvertible {
    /// What happened, with the program's own words.
    package var message: String
    /// Makes an error.
    package init(message: String) {
        self.message = message
    }

    /// The message.
    package var description: String { message }
}
