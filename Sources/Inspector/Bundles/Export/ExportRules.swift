import Recorder

/// What may leave a store, and in which form.
struct ExportRules {
    /// Makes the tags, and looks for secrets.
    var masker: Masker
    /// Ids of the whole export: who is named in one exchange may be mentioned in another.
    var identities: IdentityTags
    /// Whether ids of users, accounts and devices stay as they are.
    var keepsIdentities = false
    /// Whether what the detectors find is replaced, rather than a reason to refuse.
    var remasks = false

    init(masker: Masker, keepsIdentities: Bool = false, remasks: Bool = false) {
        self.masker = masker
        self.keepsIdentities = keepsIdentities
        self.remasks = remasks
        identities = IdentityTags(masker: masker)
    }

    /// A note about what is missing, whose reason may be a stranger's text.
    func masked(_ missing: BundleManifest.Missing) -> BundleManifest.Missing {
        var missing = missing
        missing.reason = masker.masked(missing.reason)
        return missing
    }
}
