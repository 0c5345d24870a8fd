/// Where the values of the few members lie that routing and usage ask for.
package struct TopLevelMembers: Hashable, Sendable {
    /// The value of `model`.
    package var model: Range<Int>?
    /// The value of `stream`.
    package var stream: Range<Int>?
    /// The value of `metadata`.
    package var metadata: Range<Int>?
    /// The value of `max_tokens`.
    package var maxTokens: Range<Int>?

    /// The value of `system` when it is not an array.
    package var system: Range<Int>?

    /// Whether a name came twice; the ranges are those of the last one.
    var hasRepeats = false

    /// Makes an empty set.
    package init() {}

    /// Notes a member if it is one of them.
    mutating func note(_ key: JSONValue, _ value: Range<Int>) {
        if key.isString("model") {
            set(\.model, value)
        } else if key.isString("stream") {
            set(\.stream, value)
        } else if key.isString("metadata") {
            set(\.metadata, value)
        } else if key.isString("max_tokens") {
            set(\.maxTokens, value)
        } else if key.isString("system") {
            set(\.system, value)
        }
    }

    /// Takes over the members that lie in a unit of the previous body.
    mutating func adopt(_ previous: TopLevelMembers, in unit: Range<Int>, shift: Int) {
        for member in [\TopLevelMembers.model, \.stream, \.metadata, \.maxTokens, \.system] {
            guard let range = previous[keyPath: member], unit.contains(range.lowerBound) else { continue }
            set(member, (range.lowerBound + shift)..<(range.upperBound + shift))
        }
    }

    private mutating func set(_ member: WritableKeyPath<TopLevelMembers, Range<Int>?>, _ value: Range<Int>) {
        if self[keyPath: member] != nil { hasRepeats = true }
        self[keyPath: member] = value
    }
}
