/// The version of this program, as `--version`, `/health` and `doctor` tell it.
package enum ToolVersion {
    /// The current version, in the form of Semantic Versioning.
    package static let current = "0.1.0"
}
