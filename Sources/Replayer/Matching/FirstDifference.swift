import Recorder

/// The first place where two requests differ, with a short excerpt of both sides, masked.
package struct FirstDifference: Hashable, Sendable {
    /// Where: `method`, `path`, `query`, `body`, or a path into the body such as `messages[3].content[0].text`.
    package var path: String
    /// What was recorded there; `nil` for nothing.
    package var recorded: String?
    /// What came now; `nil` for nothing.
    package var received: String?

    /// The longest excerpt, in Unicode scalars.
    private static let excerpt = 72

    /// Compares two bodies in masked form.
    ///
    /// - Parameters:
    ///   - recorded: the one.
    ///   - received: the other.
    ///   - rung: the rung at which they should have matched: what it ignores is no difference.
    /// - Returns: `nil` when they are the same by the rules of the rung.
    static func between(recorded: [UInt8], received: [UInt8], at rung: MatchRung) -> FirstDifference? {
        let (recorded, received) = (MaskedText.withoutTags(recorded), MaskedText.withoutTags(received))
        return recorded.withUnsafeBytes { left in
            received.withUnsafeBytes { right in
                guard let before = JSONValue(validating: left), let now = JSONValue(validating: right) else {
                    return parts("body", recorded, received)
                }
                switch rung {
                case .exact:
                    return BodyDifference(rules: .normalised).between(before, now)
                        ?? parts("body", NamelessRequest.body(left, before), NamelessRequest.body(right, now))
                case .normalised: return BodyDifference(rules: .normalised).between(before, now)
                case .minor: return BodyDifference(rules: .minor).between(before, now)
                case .major, .unmatched: return BodyDifference(rules: .minor).betweenEnds(before, now)
                }
            }
        }
    }

    /// A difference of two texts of which an empty one is nothing; `nil` when they are equal.
    static func parts(_ path: String, _ recorded: [UInt8], _ received: [UInt8]) -> FirstDifference? {
        guard recorded != received else { return nil }
        var difference = text(path, recorded, received)
        if recorded.isEmpty { difference.recorded = nil }
        if received.isEmpty { difference.received = nil }
        return difference
    }

    /// A difference of two values; `nil` stands for one that is not there.
    static func whole(_ path: String, _ recorded: JSONValue?, _ received: JSONValue?) -> FirstDifference {
        FirstDifference(
            path: path,
            recorded: recorded.map { cut($0.raw) },
            received: received.map { cut($0.raw) }
        )
    }

    /// A difference of two texts: excerpts around the first byte that differs.
    static func text(_ path: String, _ recorded: [UInt8], _ received: [UInt8]) -> FirstDifference {
        let common = zip(recorded, received).prefix { $0 == $1 }.count
        func around(_ text: [UInt8]) -> String {
            var start = max(0, common - 24)
            // Not in the middle of a character.
            while start > 0, start < text.count, text[start] & 0xC0 == 0x80 { start -= 1 }
            return (start > 0 ? "…" : "") + cut(text[start...])
        }
        return FirstDifference(path: path, recorded: around(recorded), received: around(received))
    }

    private static func cut(_ text: some Collection<UInt8>) -> String {
        // A scalar has four bytes at most: one more than the excerpt is enough to know whether there is more.
        let scalars = String(decoding: text.prefix(4 * (excerpt + 1)), as: UTF8.self).unicodeScalars
        guard scalars.count > excerpt else { return String(scalars) }
        return String(String.UnicodeScalarView(scalars.prefix(excerpt))) + "…"
    }
}
