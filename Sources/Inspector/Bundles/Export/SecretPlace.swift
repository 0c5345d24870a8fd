package import Recorder

/// Where a detector finds something that a recording must not hold.
package struct SecretPlace: Hashable, Sendable {
    /// The exchange or attempt.
    package var address: ExchangeAddress
    /// What of it, such as `request body` or `response header x-foo`.
    package var place: String
    /// What was found, by the word in the placeholder, such as `anthropic`; never the value.
    package var kinds: [String]

    /// One line for people: `x17.2 response header x-foo: anthropic`.
    package var line: String { "\(address) \(place): \(kinds.joined(separator: ", "))" }

    /// Writes the place as an object on a line of its own.
    package func write(into json: inout JSONWriter) {
        json.object {
            $0.member("address", address.description)
            $0.member("place", place)
            $0.member("kinds") { $0.array { json in kinds.forEach { kind in json.element { $0.string(kind) } } } }
        }
        json.endLine()
    }
}
