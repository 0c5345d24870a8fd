import Recorder

/// Narrows what a client accepts to the codings the recorder can inflate as a stream.
enum AcceptEncoding {
    private static let known = ["gzip", "x-gzip", "deflate", "identity"]

    /// The narrowed value, or `nil` when the offer may go on as it is.
    ///
    /// Nothing is offered that the client did not offer; `*` offers everything, so it becomes `gzip` unless that is
    /// there already. Identity is always acceptable unless refused by name (RFC 9110 section 12.5.3).
    static func narrowed(_ offered: String) -> String? {
        let members = offered.split(separator: ",").map(\.trimmingSpaces).filter { !$0.isEmpty }
        var kept: [String] = []
        for member in members {
            let coding = member.prefix { $0 != ";" }.trimmingSpaces
            if known.contains(where: { $0.equalsIgnoringCase(coding) }) {
                kept.append(member)
            } else if coding == "*", isRefusal(member) {
                // Without it identity would be acceptable again.
                kept.append(member)
            } else if coding == "*", !members.contains(where: { $0.lowercased().hasPrefix("gzip") }) {
                let weight = member.dropFirst(member.prefix { $0 != ";" }.count)
                kept.append("gzip" + weight)
            }
        }
        if kept == members { return nil }
        return kept.isEmpty ? "identity" : kept.joined(separator: ", ")
    }

    /// Whether the weight of a member is 0 (RFC 9110 section 12.4.2).
    private static func isRefusal(_ member: String) -> Bool {
        let weight = member.split(separator: ";").dropFirst().map(\.trimmingSpaces).first {
            $0.lowercased().hasPrefix("q=")
        }
        return weight.map { Double($0.dropFirst(2)) == 0 } ?? false
    }
}
