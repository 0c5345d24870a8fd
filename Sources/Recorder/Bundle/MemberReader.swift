/// The members of a JSON object of a bundle, with errors that name the place.
struct MemberReader {
    /// The largest length or time in microseconds that is believed, 2^53 - 1: sums of some never overflow.
    static let limit: Int64 = (1 << 53) - 1
    /// What a length or time may be.
    static let range = 0...limit

    private let members: [String: JSONValue]
    private let place: String

    init(_ value: JSONValue, _ place: String = "") {
        members = value.members
        self.place = place
    }

    /// Whether there is such a member, be it null.
    func has(_ name: String) -> Bool { members[name] != nil }

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

    /// A length in bytes.
    func length(_ name: String) throws(StoreError) -> Int? {
        guard let value = optional(name) else { return nil }
        guard let length = value.int, Self.range.contains(Int64(length)) else { throw wrong(name) }
        return length
    }

    /// A time in microseconds.
    func time(_ name: String) throws(StoreError) -> Int64? {
        try length(name).map { Int64($0) }
    }

    /// A time in microseconds, from a member that holds it or, in a line that others wrote, from a span in
    /// milliseconds that began at `start`.
    func time(
        _ name: String,
        orMilliseconds other: String,
        after start: Int64 = 0
    ) throws(StoreError) -> Int64? {
        if let time = try time(name) { return time }
        guard let value = optional(other) else { return nil }
        guard let milliseconds = Double(String(decoding: value.raw, as: UTF8.self)), milliseconds >= 0,
            milliseconds < 1e12
        else { throw wrong(other) }
        return min(start + Int64((milliseconds * 1000).rounded()), Self.limit)
    }

    func wrong(_ name: String) -> StoreError {
        StoreError(.corrupt, "'\(path(name))' is not what the format says")
    }

    private func path(_ name: String) -> String {
        place.isEmpty ? name : place + "." + name
    }
}
