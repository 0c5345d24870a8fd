/// Why there is no client.
package struct CurlError: Error, CustomStringConvertible {
    /// One line for people.
    package let message: String

    /// The message.
    package var description: String { message }
}
