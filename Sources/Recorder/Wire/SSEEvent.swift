/// One server-sent event, with the place where its bytes lie in the stream.
package struct SSEEvent: Hashable, Sendable {
    /// What the `event` line says, or `nil` when there is none.
    package var name: String?
    /// The values of the `data` lines, joined with line feeds.
    package var data: [UInt8]
    /// Offset of the first byte of the event's first line, comments included.
    package var start: Int
    /// Offset behind the line end that closes the event; of a CRLF that is behind the CR, so that no event waits for
    /// a byte that may never come.
    package var end: Int

    /// Makes an event.
    package init(name: String?, data: [UInt8], start: Int = 0, end: Int = 0) {
        self.name = name
        self.data = data
        self.start = start
        self.end = end
    }
}
