/// Writes the pages of a bundle that people without the tool read.
///
/// It sees every exchange once, in the order of time, as it goes into the bundle: masked, and with tags for ids.
package protocol BundleReport {
    /// Takes note of an exchange.
    mutating func add(_ recorded: RecordedExchange)

    /// The members to add, such as `SUMMARY.md`; their bytes depend on the exchanges only.
    ///
    /// - Parameter manifest: all that is known but the members' hashes; its `created` must not be shown.
    /// - Returns: names and contents.
    func members(_ manifest: BundleManifest) -> [(name: String, content: [UInt8])]
}
