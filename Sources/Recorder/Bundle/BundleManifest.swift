/// What a bundle says about itself: `manifest.json`.
package struct BundleManifest: Sendable {
    /// Exchanges that belong here and are missing, for one reason.
    package struct Missing: Hashable, Sendable {
        /// Why, such as `no space left on device`, `overload` or `cut off`.
        package var reason: String
        /// How many exchanges.
        package var exchanges: Int
        /// When the first of them was, if known.
        package var from: Timestamp?
        /// When the last of them was, if known.
        package var until: Timestamp?

        /// Makes a note.
        package init(reason: String, exchanges: Int, from: Timestamp? = nil, until: Timestamp? = nil) {
            self.reason = reason
            self.exchanges = exchanges
            self.from = from
            self.until = until
        }
    }

    /// What was done with the ids of people and devices in `metadata.user_id`.
    package enum Identities: String, Sendable {
        /// They are as recorded.
        case kept
        /// They are tags.
        case tagged
    }

    /// The format's number.
    package var format = BundleFormat.version
    /// The program that wrote it, such as `tapedeck 0.1.0`.
    package var tool = "tapedeck \(ToolVersion.current)"
    /// When it was written.
    package var created: Timestamp
    /// How many exchanges it holds.
    package var exchanges = 0
    /// How many attempts they have; `nil` when it is not said, as with the next three.
    package var attempts: Int?
    /// How many pieces it holds.
    package var pieces: Int?
    /// Bytes of all pieces.
    package var pieceBytes: Int?
    /// The highest number of an exchange.
    package var lastNumber: UInt64?
    /// When the first exchange began.
    package var from: Timestamp?
    /// When the last exchange began.
    package var until: Timestamp?
    /// Exchanges that were not recorded.
    package var missing: [Missing] = []
    /// Bodies of which only the length is known, by the reason.
    package var omittedBodies: [String: Int] = [:]
    /// The kinds of secrets that the detectors replaced.
    package var maskingRules = MaskKind.allCases.map(\.rawValue)
    /// What became of ids.
    package var identities = Identities.kept
    /// Whether the detectors ran again when it was written.
    package var isRescanned = false
    /// The SHA-256 of every other member, by its name.
    package var members: [String: Digest] = [:]

    /// Makes a manifest of nothing.
    package init(created: Timestamp) {
        self.created = created
    }

    /// Whether everything that belongs here is there.
    package var isComplete: Bool { missing.isEmpty && omittedBodies.isEmpty }
}
