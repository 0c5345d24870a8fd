package import Recorder

extension ClientKeyRing {
    /// Takes over what the catalog knows of today, and counts what reaches it from now on.
    ///
    /// The tokens of an answer count a second or two after its end, when it is indexed. Those of replays count as well: a
    /// limit that a header could turn off would be none.
    ///
    /// - Parameters:
    ///   - catalog: the path; one that can't be read is about to be built anew, and counts for nothing.
    ///   - now: says which day today is.
    /// - Returns: what the indexer tells about new exchanges.
    package func follow(catalog: String, at now: Timestamp = WallClock.now()) -> CatalogFollower {
        let day = ClientKeyRing.day(of: now)
        let start = Timestamp(microseconds: day * ClientKeyRing.microsecondsPerDay)
        let known = try? CatalogReader(path: catalog).read {
            (tokens: try $0.tokensByClientKey(since: start), last: try $0.lastNumber())
        }
        setTokensToday(known?.tokens ?? [:], day: day)
        return CatalogFollower(after: known?.last ?? 0) { summary in
            guard let name = summary.clientKey, let tokens = summary.tokens else { return }
            self.noteTokens(tokens.total, of: name, at: summary.startedAt)
        }
    }
}
