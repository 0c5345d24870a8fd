/// A header line: its name in the sender's own case, and its value.
package struct CurlHeader: Hashable, Sendable {
    /// The name.
    package var name: String
    /// The value without surrounding white space; bytes that are not UTF-8 are read as ISO 8859-1.
    package var value: String

    /// Makes a header line.
    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}
