/// The members of a JSON object of a bundle, with errors that name the place.
struct MemberReader {
    private let members: [String: JSONValue]
    private let place: String

    init(_ value: JSONValue, _ place: String = "") {
        members = value.members
        self.place = place
    }

    /// A member that has a value other than null.
    func optional(_ name: String) -> JSONValue? {
        guard let value = members[name], !value.isNull else { return nil }
        return value
    }

    func value(_ name: String) throws(StoreError) -> JSONValue {
        guard let value = optional(name) else { throw StoreError(.corrupt, "there is no '\(path(name))'") }
        return value
    }

    func text(_ name: String) throws(StoreError) -> String {
        guard let text = try value(name).string else { throw wrong(name) }
        return text
    }

    /// A time in microseconds, from a member that holds it or, in a line that others wrote, from a span in
    /// milliseconds that began at `start`.
    func time(
        _ name: String,
        orMilliseconds other: String,
        after start: Int64 = 0
    ) throws(StoreError) -> Int64? {
        if let value = optional(name)?.int { return Int64(value) }
        guard let value = optional(other) else { return nil }
        guard let milliseconds = Double(String(decoding: value.raw, as: UTF8.self)), milliseconds.magnitude < 1e14
        else {
            throw wrong(other)
        }
        return start &+ Int64((milliseconds * 1000).rounded())
    }

    func wrong(_ name: String) -> StoreError {
        StoreError(.corrupt, "'\(path(name))' is not what the format says")
    }

    private func path(_ name: String) -> String {
        place.isEmpty ? name : place + "." + name
    }
}
