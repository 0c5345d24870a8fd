/// The archive formats that a bundle may have; the file's name picks one.
package enum BundleContainer: String, Sendable, CaseIterable {
    /// A tar archive, compressed by Zstandard: the smallest, and the default.
    case tarZstandard = ".tar.zst"
    /// A tar archive, compressed by gzip.
    case tarGzip = ".tgz"
    /// A zip archive, which every desktop opens.
    case zip = ".zip"

    /// The container that a file's name asks for; `.tar.gz` is another name of `.tgz`.
    ///
    /// - Returns: `nil` for a name that asks for none.
    package init?(path: String) {
        let name = path.lowercased()
        if name.hasSuffix(".tar.gz") {
            self = .tarGzip
            return
        }
        guard let container = BundleContainer.allCases.first(where: { name.hasSuffix($0.rawValue) }) else { return nil }
        self = container
    }

    /// The endings of all names that are understood, for messages.
    package static var endings: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
