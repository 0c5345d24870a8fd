/// How much of a bundle is believed: bundles come from strangers.
package struct BundleLimits: Sendable {
    /// Members of the archive.
    package var members = 4_000_000
    /// Bytes of the manifest.
    package var manifestBytes = 256 << 20
    /// Bytes of one line of `exchanges.ndjson`.
    package var lineBytes = 64 << 20
    /// Lines of `exchanges.ndjson`.
    package var lines = 1_000_000
    /// Bytes of one piece, and of any other member.
    package var memberBytes = 64 << 20
    /// Bytes of all members together.
    package var totalBytes = 16 << 30
    /// How many times longer the content may be than the file, once it is longer than `ratioFrom`.
    package var ratio = 4000
    /// Bytes of content from which on the ratio counts.
    package var ratioFrom = 64 << 20

    /// The usual limits.
    package init() {}
}
