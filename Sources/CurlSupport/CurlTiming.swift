/// When the stages of a transfer were over: microseconds from its start, each counted from there.
///
/// A stage that was not come to, or that there is none of, is `nil`. On a reused connection the first stages take no time.
package struct CurlTiming: Hashable, Sendable {
    /// The host's name was resolved.
    package var dns: Int64?
    /// The connection was made.
    package var connect: Int64?
    /// TLS was agreed on.
    package var tls: Int64?
    /// The first byte of the answer came.
    package var firstByte: Int64?
    /// Everything was over.
    package var total: Int64
    /// Whether a connection of an earlier transfer was used.
    package var isReused: Bool

    /// Makes a timing.
    package init(
        dns: Int64? = nil,
        connect: Int64? = nil,
        tls: Int64? = nil,
        firstByte: Int64? = nil,
        total: Int64 = 0,
        isReused: Bool = false
    ) {
        self.dns = dns
        self.connect = connect
        self.tls = tls
        self.firstByte = firstByte
        self.total = total
        self.isReused = isReused
    }
}
