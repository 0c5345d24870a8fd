/// Finds one kind of secret.
///
/// A new detector is one file with a conforming struct and one line in `Detectors.all`. It names the literal texts
/// that every match contains; the scanner calls it only where one of them stands.
protocol SecretDetector: Sendable {
    /// The literal texts, at least one of which is part of every match or of the name next to it.
    var anchors: [Anchor] { get }
    /// How many raw bytes in front of an anchor the detector may look at.
    var lookBehind: Int { get }

    /// Whether the raw bytes behind the anchor could lead to a match; a cheap look before the text is decoded.
    func isPlausible(_ raw: UnsafeRawBufferPointer, anchor: Range<Int>) -> Bool

    /// Appends what it finds around the anchor at `anchor` of the decoded text.
    func find(in text: inout LogicalText, at anchor: Int, into matches: inout [SecretMatch])
}

extension SecretDetector {
    var lookBehind: Int { 16 }

    func isPlausible(_ raw: UnsafeRawBufferPointer, anchor: Range<Int>) -> Bool { true }
}

/// A stretch of decoded text that must not be stored.
struct SecretMatch {
    /// Decoded positions.
    var range: Range<Int>
    /// The word in the placeholder.
    var kind: MaskKind
    /// Where the text begins that gave it away, such as the name in front of a value.
    var contextStart: Int
    /// Whether only a name gave it away, so that a better match inside it decides.
    var isByName = false

    init(_ range: Range<Int>, _ kind: MaskKind, contextStart: Int? = nil, isByName: Bool = false) {
        self.range = range
        self.kind = kind
        self.contextStart = contextStart ?? range.lowerBound
        self.isByName = isByName
    }
}

/// A literal text that sends the scanner to a detector.
struct Anchor: Sendable {
    /// The text; compared byte for byte, or without regard to case when `anyCase`.
    let text: [UInt8]
    let anyCase: Bool
    /// Which four bytes of the text the first pass looks for: rare ones make it fast.
    let probe: Int
    /// For a text of three bytes, what may follow it.
    let followers: [UInt8]

    static let alphanumerics = Array("abcdefghijklmnopqrstuvwxyz0123456789".utf8)
    /// What stands behind a name that has a value.
    static let nameEnds = Array("\"'\\:= >_%]-,&".utf8)

    init(_ text: String, anyCase: Bool = false, probe: Int = 0, followers: [UInt8] = Anchor.alphanumerics) {
        self.text = Array(text.utf8)
        self.anyCase = anyCase
        self.probe = probe
        self.followers = followers
    }
}
