/// Why something recorded cannot be shown.
package struct InspectorError: Error, CustomStringConvertible {
    /// The kind of trouble, for code that reacts to it; new kinds may come.
    package struct Code: Hashable, Sendable {
        private let name: String
        /// The beginning of an id fits several exchanges.
        package static let ambiguous = Code(name: "ambiguous")
        /// Sources that can't be read together.
        package static let wrongSources = Code(name: "wrong sources")
        /// The terminal or file that output goes to refuses it.
        package static let output = Code(name: "output")
    }

    /// The kind of trouble.
    package let code: Code
    /// One line that names the address and the reason or remedy.
    package let message: String

    /// Makes an error.
    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    package var description: String { message }
}
