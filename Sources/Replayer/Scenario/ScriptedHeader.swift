/// One header line; lists of them keep order, case and repeats.
public struct ScriptedHeader: Sendable, Hashable {
    /// The name as it stands on the wire.
    public var name: String
    /// The value as it stands on the wire.
    public var value: String

    /// Makes a header line.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    /// Tells whether the name is `other`, whatever the case of ASCII letters.
    func isNamed(_ other: String) -> Bool {
        name.lowercased() == other.lowercased()
    }
}
