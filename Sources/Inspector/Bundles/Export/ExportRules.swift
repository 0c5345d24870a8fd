import Recorder

/// What may leave a store, and in which form.
struct ExportRules {
    /// Makes the tags, and looks for secrets.
    var masker: Masker
    /// Whether ids of users, accounts and devices stay as they are.
    var keepsIdentities = false
    /// Whether what the detectors find is replaced, rather than a reason to refuse.
    var remasks = false
}
