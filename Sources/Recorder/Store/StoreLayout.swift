/// Where the parts of a store lie under its home directory.
package struct StoreLayout: Hashable, Sendable {
    /// The store's directory, without a slash at the end.
    package let home: String

    /// Names a store; nothing is touched.
    package init(home: String) {
        self.home = home.count > 1 && home.hasSuffix("/") ? String(home.dropLast()) : home
    }

    /// The home that DESIGN's order of `TAPEDECK_HOME`, `XDG_DATA_HOME` and `HOME` gives.
    package init(environment: [String: String]) {
        if let home = environment["TAPEDECK_HOME"], !home.isEmpty {
            self.init(home: home)
        } else if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") {
            self.init(home: data + "/tapedeck")
        } else {
            self.init(home: (environment["HOME"] ?? ".") + "/.local/share/tapedeck")
        }
    }

    /// The folder of live segments.
    package var segments: String { home + "/segments" }
    /// The folder of sealed bundles.
    package var bundles: String { home + "/bundles" }
    /// The SQLite catalog, derived from segments and bundles.
    package var catalog: String { home + "/catalog.sqlite" }
    /// The key of the masking tags; it never leaves the store.
    package var maskingKey: String { home + "/masking.key" }
    /// The accounts that were added by command, with their keys.
    package var accounts: String { home + "/accounts.json" }
    /// The keys of clients, as hashes.
    package var clientKeys: String { home + "/keys.json" }
    /// What a proxy remembers of its accounts between two starts.
    package var routing: String { home + "/routing.json" }
    /// The conversations that stay with an account.
    package var routingSessions: String { home + "/sessions.json" }
    /// The file whose lock marks the one process that records here.
    package var lock: String { home + "/lock" }

    /// The path of a segment by its number.
    package func segment(_ number: Int) -> String {
        segments + "/" + StoreLayout.segmentFileName(number)
    }

    /// The path of the bundle that a segment is sealed into.
    package func bundle(ofSegment number: Int) -> String {
        bundles + "/" + StoreLayout.bundleFileName(number)
    }

    /// Where it stands which bundles were deleted, a line of JSON each.
    package var deletions: String { home + "/deleted.ndjson" }

    /// The file name of the bundle that a segment is sealed into.
    package static func bundleFileName(_ number: Int) -> String {
        segmentFileName(number).replacing(".segment", with: BundleContainer.tarZstandard.rawValue)
    }

    /// The segment that was sealed into a bundle of that file name, or `nil` for one that came otherwise.
    package static func sealedSegment(bundleFileName name: String) -> Int? {
        guard let number = Int(name.prefix { $0 != "." }), number > 0, bundleFileName(number) == name else {
            return nil
        }
        return number
    }

    /// The file name of a segment by its number.
    package static func segmentFileName(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 8 - digits.count)) + digits + ".segment"
    }

    /// What the name of a damaged segment ends in, which is kept when its bundle takes its place.
    package static let damagedSuffix = ".damaged"

    /// The number in a segment's file name, or `nil` for another file.
    package static func segmentNumber(fileName: String) -> Int? {
        guard fileName.hasSuffix(".segment"), let number = Int(fileName.dropLast(".segment".count)), number > 0,
            // A copy called 1.segment or +0000001.segment is none of ours.
            segmentFileName(number) == fileName
        else { return nil }
        return number
    }
}
