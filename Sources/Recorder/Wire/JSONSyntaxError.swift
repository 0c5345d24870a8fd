/// Tells that bytes are not JSON.
package struct JSONSyntaxError: Error, Hashable, Sendable {
    /// Where the first byte lies that does not fit.
    package var offset: Int

    /// Makes an error for a place.
    package init(offset: Int) {
        self.offset = offset
    }
}
