/// A quota window of a scripted account, as it stands in the file.
struct QuotaWindowSettings: Sendable, Hashable {
    var length: QuotaWindow.Length
    /// The tokens it allows.
    var limit: Int
    /// The tokens used when the scenario begins.
    var used = 0
    /// How long after the scenario's begin it starts anew, in whole seconds.
    var resetsIn: Duration
}
