/// A JSON value as a range of bytes, looked into only where asked.
///
/// Walking is lazy: every look-up scans the object again. It is meant for a few fields of an event or an answer, and is
/// valid only as long as the bytes are.
///
/// ```swift
/// let output = JSONValue.read(bytes) { $0.value(at: ["usage", "output_tokens"])?.int }
/// ```
package struct JSONValue {
    /// What a value is.
    package enum Kind: Sendable {
        case object, array, string, number, bool, null
    }

    /// Where the value lies, without white space around it.
    package let range: Range<Int>

    private let bytes: UnsafeRawBufferPointer

    /// Wraps a range that is known to hold one JSON value.
    package init(_ bytes: UnsafeRawBufferPointer, range: Range<Int>) {
        self.bytes = bytes
        self.range = range.clamped(to: 0..<bytes.count)
    }

    /// Wraps bytes that hold one JSON value and nothing else but white space.
    ///
    /// - Returns: `nil` when they do not.
    package init?(validating bytes: UnsafeRawBufferPointer) {
        var scanner = JSONScanner(bytes)
        guard let range = try? scanner.skipValue() else { return nil }
        scanner.skipWhiteSpace()
        guard scanner.isAtEnd else { return nil }
        self.init(bytes, range: range)
    }

    /// Looks into bytes; `nil` when they are not JSON or `body` finds nothing.
    package static func read<Result>(_ bytes: [UInt8], _ body: (JSONValue) -> Result?) -> Result? {
        bytes.withUnsafeBytes { JSONValue(validating: $0).flatMap(body) }
    }

    /// What the value is, by its first byte.
    package var kind: Kind {
        switch range.isEmpty ? 0 : bytes[range.lowerBound] {
        case UInt8(ascii: "{"): .object
        case UInt8(ascii: "["): .array
        case UInt8(ascii: "\""): .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): .bool
        case UInt8(ascii: "n"): .null
        default: .number
        }
    }

    /// The bytes of the value.
    package var raw: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[range]) }

    // MARK: - Walking

    /// Calls `body` with each member of an object in order until it returns `false`; other values have none.
    package func forEachMember(_ body: (_ key: JSONValue, _ value: JSONValue) -> Bool) {
        guard kind == .object else { return }
        walk { scanner throws(JSONSyntaxError) in
            let key = scanner.position
            try scanner.skipString()
            let keyEnd = scanner.position
            scanner.skipWhiteSpace()
            try scanner.expect(UInt8(ascii: ":"))
            let value = try scanner.skipValue()
            return body(JSONValue(bytes, range: key..<keyEnd), JSONValue(bytes, range: value))
        }
    }

    /// Calls `body` with each element of an array in order until it returns `false`; other values have none.
    package func forEachElement(_ body: (JSONValue) -> Bool) {
        guard kind == .array else { return }
        walk { scanner throws(JSONSyntaxError) in
            body(JSONValue(bytes, range: try scanner.skipValue()))
        }
    }

    /// The value of the last member of that name, which is the one that other parsers keep.
    package subscript(key: String) -> JSONValue? {
        var found: JSONValue?
        forEachMember { name, value in
            if name.isString(key) { found = value }
            return true
        }
        return found
    }

    /// The value that a path of member names leads to.
    package func value(at path: [String]) -> JSONValue? {
        path.reduce(Optional(self)) { $0?[$1] }
    }

    /// Steps through the items of a container.
    private func walk(_ item: (inout JSONScanner) throws(JSONSyntaxError) -> Bool) {
        var scanner = JSONScanner(
            UnsafeRawBufferPointer(rebasing: bytes[..<range.upperBound]),
            at: range.lowerBound + 1
        )
        scanner.skipWhiteSpace()
        guard scanner.current != UInt8(ascii: "}"), scanner.current != UInt8(ascii: "]") else { return }
        repeat {
            scanner.skipWhiteSpace()
            guard let goesOn = try? item(&scanner), goesOn else { return }
            scanner.skipWhiteSpace()
        } while scanner.skip(UInt8(ascii: ","))
    }
}
