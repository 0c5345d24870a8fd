/// One header line; lists of them keep order, case and repeats.
package struct ScriptedHeader: Sendable, Hashable {
    /// The name as it stands on the wire.
    package var name: String
    /// The value as it stands on the wire.
    package var value: String

    /// Makes a header line.
    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    /// Tells whether the name is `other`, whatever the case of ASCII letters.
    func isNamed(_ other: String) -> Bool {
        name.lowercased() == other.lowercased()
    }
}
