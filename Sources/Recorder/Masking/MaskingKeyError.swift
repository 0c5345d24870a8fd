/// Why the masking key could not be read or made.
package struct MaskingKeyError: Error, Sendable, CustomStringConvertible {
    /// What went wrong.
    package enum Code: Hashable, Sendable {
        /// Group or others may read or write the file.
        case tooOpen
        /// The file does not hold exactly 32 bytes.
        case wrongSize
        /// The system refused to read or make the file.
        case unavailable
    }

    /// What went wrong.
    package let code: Code
    /// One line for people: names the path and the remedy.
    package let message: String

    /// The message.
    package var description: String { message }
}
