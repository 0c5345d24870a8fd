/// When live segments become bundles, and when bundles are deleted.
package struct SealingSettings: Sendable {
    /// A segment is sealed when it is that long, in bytes.
    package var size = 64_000_000
    /// A segment is sealed when its first exchange began so long ago.
    package var age = Duration.seconds(3600)
    /// A segment is sealed when nothing was recorded for so long.
    package var idle = Duration.seconds(600)
    /// How often all that is looked at.
    package var interval = Duration.seconds(2)
    /// How hard Zstandard tries, from 1 to 19; it works in the background.
    package var level = 19
    /// What is deleted.
    package var retention = RetentionPolicy()

    /// Makes the settings of the defaults.
    package init() {}
}
