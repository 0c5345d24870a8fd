import Yams

/// A mapping of a scenario file, read strictly: every key must be known, every value of the right type.
struct YAMLTable {
    let file: String
    /// What the mapping describes, for messages.
    let subject: String
    private let node: Node
    private let members: [(key: String, value: Node)]

    /// Checks that a node is a mapping with known keys only.
    ///
    /// - Throws: `ReplayerError` that names the unknown key and where it stands.
    init(_ node: Node, _ subject: String, keys: Set<String>, file: String) throws {
        self.file = file
        self.subject = subject
        self.node = node
        guard let mapping = node.mapping else {
            throw Self.error("\(subject) must be a mapping", at: node, file: file)
        }
        members = try mapping.map { key, value in
            guard let name = key.scalar?.string, keys.contains(name) else {
                let name = key.scalar?.string ?? "that is no text"
                let known = keys.sorted().joined(separator: ", ")
                throw Self.error("unknown key '\(name)' in \(subject) (known: \(known))", at: key, file: file)
            }
            return (name, value)
        }
    }

    /// The names of the members that are there, in order.
    var keys: [String] { members.map(\.key) }

    /// A member's node.
    func node(_ key: String) -> Node? {
        members.first { $0.key == key }?.value
    }

    /// A member that is text, or any other scalar as it is written.
    func string(_ key: String) throws -> String? {
        guard let node = node(key) else { return nil }
        guard let scalar = node.scalar else { throw error("'\(key)' must be text", at: node) }
        return scalar.string
    }

    /// A member that is an integer in a range.
    func integer(_ key: String, in range: ClosedRange<Int>) throws -> Int? {
        guard let node = node(key) else { return nil }
        guard let value = node.scalar.flatMap({ Int($0.string) }), range.contains(value) else {
            let bounds =
                range.upperBound == .max ? "\(range.lowerBound) or more" : "\(range.lowerBound) to \(range.upperBound)"
            throw error("'\(key)' must be a whole number, \(bounds)", at: node)
        }
        return value
    }

    /// A member that is `true` or `false`.
    func boolean(_ key: String) throws -> Bool? {
        guard let node = node(key) else { return nil }
        switch node.scalar?.string {
        case "true": return true
        case "false": return false
        default: throw error("'\(key)' must be true or false", at: node)
        }
    }

    /// A member that is a time in milliseconds, at most a day.
    func milliseconds(_ key: String) throws -> Duration? {
        try integer(key, in: 0...86_400_000).map { .milliseconds($0) }
    }

    /// A member that is a list.
    func list(_ key: String) throws -> [Node]? {
        guard let node = node(key) else { return nil }
        guard let sequence = node.sequence else { throw error("'\(key)' must be a list", at: node) }
        return Array(sequence)
    }

    /// A member that is one of a few words.
    func choice<Value>(_ key: String, _ choices: KeyValuePairs<String, Value>) throws -> Value? {
        guard let node = node(key) else { return nil }
        guard let value = choices.first(where: { $0.key == node.scalar?.string })?.value else {
            throw error("'\(key)' must be one of \(choices.map(\.key).joined(separator: ", "))", at: node)
        }
        return value
    }

    /// An error at a node, or at the mapping's begin.
    func error(_ message: String, at place: Node? = nil) -> ReplayerError {
        Self.error("\(message), in \(subject)", at: place ?? node, file: file)
    }

    /// An error with file, line and column.
    static func error(_ message: String, at node: Node, file: String) -> ReplayerError {
        let place = node.mark.map { ":\($0.line):\($0.column)" } ?? ""
        return ReplayerError(.invalidScenario, "\(file)\(place): \(message)")
    }
}
