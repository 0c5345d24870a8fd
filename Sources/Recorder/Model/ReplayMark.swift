/// How a request that a replay sends says so, for a recording proxy to note.
package enum ReplayMark {
    /// The header, whose value is the id of the recorded exchange; a proxy keeps it to itself.
    package static let header = "x-tapedeck-replay"
}
