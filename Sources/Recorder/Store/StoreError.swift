/// What went wrong with the store on disk.
package struct StoreError: Error, CustomStringConvertible {
    /// The kind of trouble, for code that reacts to it.
    package enum Code: Sendable {
        /// The path is not there.
        case notFound
        /// Another process holds the store.
        case inUse
        /// The system refused to read or write.
        case io
        /// Bytes that are not what the format says.
        case corrupt
        /// The format is newer than this program.
        case unsupported
        /// What a stranger made asks for more than is given to strangers, such as a bundle with links in it.
        case refused
        /// What was asked for was not recorded, such as an omitted body.
        case notRecorded
        /// Whoever asked for it wants it no more.
        case cancelled
    }

    /// The kind of trouble.
    package let code: Code
    /// One line that names the path, the reason and the remedy.
    package let message: String

    /// Makes an error.
    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    package var description: String { message }
}
