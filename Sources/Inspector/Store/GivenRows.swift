import Recorder
import Synchronization

/// Where the exchanges lie that a listing gave, so that reading them one by one needs no further look-up.
final class GivenRows: Sendable {
    /// Some 50 bytes each; what is beyond is looked up.
    private static let limit = 1 << 20

    private let locations = Mutex<[ExchangeID: FrameLocation]>([:])

    func note(_ entry: CatalogEntry) {
        locations.withLock { locations in
            guard locations.count < GivenRows.limit || locations[entry.summary.id] != nil else { return }
            locations[entry.summary.id] = entry.location
        }
    }

    /// The entry of a row; `nil` when its place is not known.
    func entry(of row: ExchangeSummary) -> CatalogEntry? {
        locations.withLock { $0[row.id] }.map { CatalogEntry(summary: row, location: $0) }
    }
}
