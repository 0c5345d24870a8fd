/// A server-sent event as derived from the recorded chunks.
package struct RecordedEvent: Hashable, Sendable {
    /// The number behind `e` in its address, from 1.
    package var index: Int
    /// When its last byte arrived: microseconds from the start of the exchange.
    package var offset: Int64
    /// What its `event` line says.
    package var name: String?
    /// Its data.
    package var data: [UInt8]

    /// Makes an event.
    package init(index: Int, offset: Int64, name: String?, data: [UInt8]) {
        self.index = index
        self.offset = offset
        self.name = name
        self.data = data
    }
}
