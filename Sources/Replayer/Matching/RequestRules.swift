import Recorder

/// What does not count when two request bodies are compared.
struct RequestRules {
    /// Members of the body that are left out.
    var ignored: Set<String>
    /// Whether texts are compared without what differs between two runs.
    var isLoose: Bool

    /// The rules of rung `normalised`.
    static let normalised = RequestRules(ignored: ["metadata"], isLoose: false)
    /// The rules of rung `minor`.
    static let minor = RequestRules(
        ignored: ["metadata", "max_tokens", "temperature", "top_p", "top_k", "betas"],
        isLoose: true
    )
    /// Members that hold what a tool gets or wants: nothing in them is left out.
    static let opaque: Set<String> = ["input", "input_schema"]
    /// Beyond this depth a value is compared as it stands: stacks end somewhere.
    static let depth = 64

    /// Writes a value in one form: members in the order of their names, no white space, escapes and numbers made anew.
    ///
    /// - Parameters:
    ///   - value: the value.
    ///   - level: how deep it lies; 0 is the body.
    ///   - isOpaque: whether it lies in what a tool gets or wants, where every member counts.
    ///   - output: gets the bytes.
    func write(_ value: JSONValue, level: Int = 0, isOpaque: Bool = false, into output: inout [UInt8]) {
        guard level < Self.depth else { return Self.quote(Array(value.raw), into: &output) }
        switch value.kind {
        case .object:
            output.append(UInt8(ascii: "{"))
            for (name, member) in members(of: value, level: level, isOpaque: isOpaque) {
                Self.quote(Array(name.utf8), into: &output)
                output.append(UInt8(ascii: ":"))
                write(member, level: level + 1, isOpaque: isOpaque || Self.opaque.contains(name), into: &output)
                output.append(UInt8(ascii: ","))
            }
            output.append(UInt8(ascii: "}"))
        case .array:
            output.append(UInt8(ascii: "["))
            value.forEachElement {
                write($0, level: level + 1, isOpaque: isOpaque, into: &output)
                output.append(UInt8(ascii: ","))
                return true
            }
            output.append(UInt8(ascii: "]"))
        case .string: Self.quote(text(value), into: &output)
        case .number: output += Self.number(value).utf8
        case .bool, .null: output += value.raw
        }
    }

    /// The members that count, by name.
    func members(of value: JSONValue, level: Int, isOpaque: Bool) -> [(name: String, value: JSONValue)] {
        value.members.filter { name, member in
            if isOpaque { return true }
            if name == "cache_control" { return false }
            // An absent `stream` is one that is off.
            if level == 0, name == "stream", member.bool == false { return false }
            return level > 0 || !ignored.contains(name)
        }
        .map { (name: $0.key, value: $0.value) }
        .sorted { $0.name < $1.name }
    }

    /// The text of a string as it counts.
    func text(_ value: JSONValue) -> [UInt8] {
        let text = Array((value.string ?? "").utf8)
        return isLoose ? LooseText.of(text) : text
    }

    /// Writes a text so that two never run into one another.
    static func quote(_ text: [UInt8], into output: inout [UInt8]) {
        // Not JSON: a length in front needs no escapes.
        output += "\(text.count)\"".utf8
        output += text
    }

    /// One spelling for 1, 1.0 and 10e-1: the digits that count and a power of ten, exact for numbers of any size.
    static func number(_ value: JSONValue) -> String {
        let raw = value.raw
        let unsigned = raw.first == UInt8(ascii: "-") ? raw.dropFirst() : raw[...]
        let mantissa = unsigned.prefix { $0 | 0x20 != UInt8(ascii: "e") }
        let power = String(decoding: unsigned.dropFirst(mantissa.count + 1), as: UTF8.self)
        var digits = mantissa.filter { $0 != UInt8(ascii: ".") }
        let point = mantissa.firstIndex(of: UInt8(ascii: ".")).map { mantissa.endIndex - $0 - 1 } ?? 0
        let zeros = digits.reversed().prefix { $0 == 0x30 }.count
        digits = Array(digits.dropLast(zeros).drop { $0 == 0x30 })
        guard !digits.isEmpty else { return "0" }
        // No two spellings of a number with such a power are worth knowing.
        guard let stated = power.isEmpty ? 0 : Int(power), stated.magnitude < 1 << 60 else {
            return String(decoding: raw, as: UTF8.self)
        }
        let exponent = stated + zeros - point
        let sign = raw.first == UInt8(ascii: "-") ? "-" : ""
        return sign + String(decoding: digits, as: UTF8.self) + (exponent == 0 ? "" : "e\(exponent)")
    }
}
