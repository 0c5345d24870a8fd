/// An exchange's row and where its frame lies.
package struct CatalogEntry: Hashable, Sendable {
    /// The row.
    package var summary: ExchangeSummary
    /// The frame.
    package var location: FrameLocation

    /// Makes an entry.
    package init(summary: ExchangeSummary, location: FrameLocation) {
        self.summary = summary
        self.location = location
    }

    /// Whether this one comes before another in a list: by start, then by number.
    package static func isBefore(_ left: CatalogEntry, _ right: CatalogEntry) -> Bool {
        (left.summary.startedAt, left.summary.number) < (right.summary.startedAt, right.summary.number)
    }
}
