/// Who is told about exchanges as they reach the catalog, a second or two after their end.
package struct CatalogFollower: Sendable {
    /// Only exchanges with a higher number are told: the others were in the catalog already.
    package var after: UInt64
    /// Is given one exchange after another, each once, on the indexer's thread.
    package var tell: @Sendable (ExchangeSummary) -> Void

    /// Makes a follower.
    package init(after: UInt64, tell: @escaping @Sendable (ExchangeSummary) -> Void) {
        self.after = after
        self.tell = tell
    }
}
