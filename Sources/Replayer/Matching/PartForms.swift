import Recorder

/// The forms of messages, tools and other large parts of requests that were seen before.
///
/// A conversation sends its whole history again in each turn: with this only what is new is taken apart, and the rest is
/// found by the hash of its bytes. Some 150 bytes a part.
struct PartForms: Sendable {
    /// One part at the rungs that look into it.
    struct Form: Sendable {
        var normalised: Digest
        var minor: Digest
    }

    /// What is beyond is forgotten, all at once.
    private static let limit = 1 << 17

    private var known: [Digest: Form] = [:]

    /// Writes a body at a rung: its members in the order of their names, the parts as hashes of what they are there.
    mutating func write(_ body: JSONValue, _ rules: RequestRules, into output: inout [UInt8]) {
        guard body.kind == .object else { return rules.write(body, into: &output) }
        for (name, value) in rules.members(of: body, level: 0, isOpaque: false) {
            RequestRules.quote(Array(name.utf8), into: &output)
            if value.kind == .array, !RequestRules.opaque.contains(name) {
                output.append(UInt8(ascii: "["))
                value.forEachElement { element in
                    write(part: element, name, rules, into: &output)
                    output.append(UInt8(ascii: ","))
                    return true
                }
                output.append(UInt8(ascii: "]"))
            } else {
                write(part: value, name, rules, into: &output)
            }
            output.append(UInt8(ascii: ","))
        }
    }

    /// The form of a message or another element of a member's list.
    mutating func form(of part: JSONValue) -> Form {
        let key = Digest(of: part.raw)
        if let form = known[key] { return form }
        func digest(_ rules: RequestRules) -> Digest {
            var text: [UInt8] = []
            rules.write(part, level: 2, into: &text)
            return text.withUnsafeBytes { Digest(of: $0) }
        }
        let form = Form(normalised: digest(.normalised), minor: digest(.minor))
        if known.count >= Self.limit { known.removeAll() }
        known[key] = form
        return form
    }

    private mutating func write(
        part: JSONValue,
        _ name: String,
        _ rules: RequestRules,
        into output: inout [UInt8]
    ) {
        let isOpaque = RequestRules.opaque.contains(name)
        switch part.kind {
        case .object, .array, .string:
            guard !isOpaque else { fallthrough }
            let form = form(of: part)
            (rules.isLoose ? form.minor : form.normalised).withBytes { output.append(contentsOf: $0) }
        case .number, .bool, .null: rules.write(part, level: 2, isOpaque: isOpaque, into: &output)
        }
    }
}
