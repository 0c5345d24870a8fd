/// Made-up ids and e-mail addresses in the place of masked ones.
///
/// They name a person or a machine and open nothing, so a request can go out with others. Equal ones stay equal. A
/// comparison takes a stand-in for the placeholder it was made of (`Placeholder.withoutTags`).
enum StandIn {
    /// `00000000-0000-4000-8000-0000<tag>`: a version 4 UUID (RFC 9562 section 5.4) that no generator makes.
    case id
    /// `user-<tag>@example.invalid`, in a domain that can't be (RFC 2606 section 2).
    case email

    /// The stand-in of a kind of placeholder; `nil` for a kind that is a secret.
    init?(kind: String) {
        switch kind {
        case "id": self = .id
        case "email": self = .email
        default: return nil
        }
    }

    /// The kind of placeholder that it stands for.
    var kind: String { self == .id ? "id" : "email" }

    /// What comes before the tag.
    var prefix: StaticString { self == .id ? "00000000-0000-4000-8000-0000" : "user-" }

    /// What comes behind the tag.
    var suffix: StaticString { self == .id ? "" : "@example.invalid" }

    /// A text with stand-ins where there may be some; other placeholders stay.
    ///
    /// - Returns: the text, and how many were put in.
    static func filled(_ bytes: [UInt8]) -> (bytes: [UInt8], count: Int) {
        bytes.withUnsafeBytes { raw in
            var output: [UInt8] = []
            var (position, count) = (0, 0)
            for placeholder in Placeholder.all(in: raw) {
                guard let standIn = StandIn(kind: placeholder.kind) else { continue }
                output.append(contentsOf: raw[position..<placeholder.range.lowerBound])
                output += standIn.prefix.description.utf8
                output.append(contentsOf: raw[placeholder.tag])
                output += standIn.suffix.description.utf8
                position = placeholder.range.upperBound
                count += 1
            }
            guard count > 0 else { return (bytes, 0) }
            output.append(contentsOf: raw[position...])
            return (output, count)
        }
    }

    /// The same for text.
    static func filled(_ text: String) -> (text: String, count: Int) {
        let (bytes, count) = filled(Array(text.utf8))
        return count == 0 ? (text, 0) : (String(decoding: bytes, as: UTF8.self), count)
    }
}
