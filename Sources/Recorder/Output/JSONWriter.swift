/// Writes JSON into a buffer of bytes, members in the order of the calls.
///
/// ```swift
/// var json = JSONWriter()
/// json.object {
///     $0.member("status", 200)
///     $0.member("model", nil as String?)
/// }
/// json.endLine()  // {"status":200,"model":null}
/// ```
package struct JSONWriter {
    /// What was written so far.
    package private(set) var bytes: [UInt8] = []

    /// Makes an empty buffer.
    package init() {}

    /// Empties the buffer and keeps its room.
    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
    }

    /// Ends a value of a stream of values that stand one on a line.
    package mutating func endLine() {
        bytes.append(UInt8(ascii: "\n"))
    }

    // MARK: - Containers

    /// Writes an object.
    package mutating func object<Failure>(_ content: (inout JSONWriter) throws(Failure) -> Void) throws(Failure) {
        bytes.append(UInt8(ascii: "{"))
        try content(&self)
        bytes.append(UInt8(ascii: "}"))
    }

    /// Writes an array.
    package mutating func array<Failure>(_ content: (inout JSONWriter) throws(Failure) -> Void) throws(Failure) {
        bytes.append(UInt8(ascii: "["))
        try content(&self)
        bytes.append(UInt8(ascii: "]"))
    }

    /// Writes an element of an array.
    package mutating func element<Failure>(_ value: (inout JSONWriter) throws(Failure) -> Void) throws(Failure) {
        separate()
        try value(&self)
    }

    /// Writes a member of an object whose value is a container.
    package mutating func member<Failure>(
        _ name: String,
        value: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        key(name)
        try value(&self)
    }

    // MARK: - Members with plain values; `nil` is written as null

    /// Writes a member with a text.
    package mutating func member(_ name: String, _ value: String?) {
        key(name)
        if let value { string(value) } else { null() }
    }

    /// Writes a member with a whole number.
    package mutating func member(_ name: String, _ value: Int?) {
        key(name)
        if let value { number(Int64(value)) } else { null() }
    }

    /// Writes a member with a truth value.
    package mutating func member(_ name: String, _ value: Bool?) {
        key(name)
        if let value { bytes.append(contentsOf: (value ? "true" : "false").utf8) } else { null() }
    }

    /// Writes a member with an instant, in UTC.
    package mutating func member(_ name: String, _ value: Timestamp?) {
        member(name, value?.description)
    }

    /// Writes a member with a duration given in microseconds: milliseconds with one decimal.
    package mutating func member(_ name: String, milliseconds microseconds: Int64?) {
        key(name)
        guard let microseconds else { return null() }
        bytes.append(contentsOf: Decimals.milliseconds(microseconds).utf8)
    }

    /// Writes a member with an amount of money given in pico-dollars: dollars without an exponent.
    package mutating func member(_ name: String, picodollars: Int64?) {
        key(name)
        guard let picodollars else { return null() }
        bytes.append(contentsOf: Decimals.dollars(picodollars).utf8)
    }

    // MARK: - Values

    /// Writes a text.
    package mutating func string(_ text: String) {
        var text = text
        bytes.append(UInt8(ascii: "\""))
        text.withUTF8 { utf8 in
            var start = 0
            for index in 0..<utf8.count {
                let byte = utf8[index]
                guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == 0x7F else {
                    continue
                }
                bytes.append(contentsOf: utf8[start..<index])
                escape(byte)
                start = index + 1
            }
            bytes.append(contentsOf: utf8[start...])
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Writes a whole number.
    package mutating func number(_ value: Int64) {
        guard value >= 0, value < 10 else {
            bytes.append(contentsOf: String(value).utf8)
            return
        }
        bytes.append(UInt8(ascii: "0") + UInt8(value))
    }

    /// Writes null.
    package mutating func null() {
        bytes.append(contentsOf: "null".utf8)
    }

    /// Writes a value that is JSON already, on one line: white space between tokens is left out.
    ///
    /// - Parameter json: one valid JSON value.
    package mutating func raw(_ json: some Sequence<UInt8>) {
        var isInString = false
        var isEscaped = false
        for byte in json {
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
            } else if byte == UInt8(ascii: "\"") {
                isInString = true
            } else if byte <= 0x20 {
                continue
            }
            bytes.append(byte)
        }
    }

    private mutating func key(_ name: String) {
        separate()
        string(name)
        bytes.append(UInt8(ascii: ":"))
    }

    /// Only the start of a container or of a line needs no comma in front of what follows.
    private mutating func separate() {
        guard let last = bytes.last, last != UInt8(ascii: "{"), last != UInt8(ascii: "["), last != 0x0A else { return }
        bytes.append(UInt8(ascii: ","))
    }

    private mutating func escape(_ byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        default:
            bytes.append(contentsOf: "u00".utf8)
            for digit in [byte >> 4, byte & 0xF] { bytes.append(digit < 10 ? digit + 0x30 : digit + 0x57) }
        }
    }
}
