/// Made-up ids in the place of those that an export took out: `00000000-0000-4000-8000-0000<tag>`.
///
/// An id names a person or a machine and opens nothing, so a request can go out with another one. Equal ids stay equal.
/// A comparison takes a stand-in for the placeholder it was made of (`Placeholder.withoutTags`).
enum StandIn {
    /// What comes before the tag: a version 4 UUID (RFC 9562 section 5.4) that no generator makes.
    static let prefix: StaticString = "00000000-0000-4000-8000-0000"

    /// A text with stand-ins for its placeholders of kind `id`; all others stay.
    ///
    /// - Returns: the text, and how many were put in.
    static func filled(_ bytes: [UInt8]) -> (bytes: [UInt8], count: Int) {
        bytes.withUnsafeBytes { raw in
            let found = Placeholder.all(in: raw).filter { $0.kind == "id" }
            guard !found.isEmpty else { return (bytes, 0) }
            var output: [UInt8] = []
            output.reserveCapacity(bytes.count)
            var position = 0
            for placeholder in found {
                output.append(contentsOf: raw[position..<placeholder.range.lowerBound])
                output.append(contentsOf: UnsafeBufferPointer(start: prefix.utf8Start, count: prefix.utf8CodeUnitCount))
                output.append(contentsOf: raw[placeholder.tag])
                position = placeholder.range.upperBound
            }
            output.append(contentsOf: raw[position...])
            return (output, found.count)
        }
    }

    /// The same for text.
    static func filled(_ text: String) -> (text: String, count: Int) {
        let (bytes, count) = filled(Array(text.utf8))
        return count == 0 ? (text, 0) : (String(decoding: bytes, as: UTF8.self), count)
    }
}
