/// How the recorder works.
package struct RecorderSettings: Sendable {
    /// What happens when more arrives than can be written.
    package enum Overload: String, Sendable, CaseIterable {
        /// Clients and upstreams wait.
        case wait
        /// Recordings are left out and counted; traffic goes on unhindered.
        case shed
    }

    /// What happens when more arrives than can be written.
    package var onOverload = Overload.wait
    /// Whether each group is also brought to the disk before answers are released.
    package var syncsToDisk = false
    /// Bytes that may wait to be written.
    package var queueLimit = 64 << 20
    /// The length in bytes at which a new segment is begun.
    package var segmentSize = 64 << 20
    /// Bytes of earlier request bodies kept in memory, so that a conversation's repeated history costs nothing.
    package var historyLimit = 64 << 20
    /// How long a store that could not be written is left alone before it is tried again.
    package var retryInterval = Duration.milliseconds(500)
    /// How often such a store is tried while nothing comes to be recorded; `nil` for never.
    package var idleRetryInterval: Duration? = .seconds(1)

    /// Makes the settings of the defaults.
    package init() {}
}
