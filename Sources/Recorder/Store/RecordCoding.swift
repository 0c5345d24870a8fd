/// Writes numbered fields: a varint tag (`field << 1 | kind`), then a varint (kind 0) or length and bytes (kind 1).
///
/// A reader skips fields that it does not know, so that a format may grow.
struct RecordWriter {
    private(set) var bytes: [UInt8]

    init(reusing bytes: [UInt8] = []) {
        self.bytes = bytes
        self.bytes.removeAll(keepingCapacity: true)
    }

    mutating func varint(_ value: UInt64) {
        var value = value
        while value >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
            value >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: value))
    }

    mutating func field(_ number: UInt64, _ value: UInt64) {
        varint(number << 1)
        varint(value)
    }

    /// A signed number: zigzag, as clocks may step back.
    mutating func field(_ number: UInt64, signed value: Int64) {
        field(number, UInt64(bitPattern: value << 1 ^ value >> 63))
    }

    mutating func field(_ number: UInt64, bytes content: some Collection<UInt8>) {
        varint(number << 1 | 1)
        varint(UInt64(content.count))
        bytes.append(contentsOf: content)
    }

    mutating func field(_ number: UInt64, _ text: String) {
        field(number, bytes: text.utf8)
    }

    mutating func raw(_ content: some Collection<UInt8>) {
        varint(UInt64(content.count))
        bytes.append(contentsOf: content)
    }

    /// A nested record: its length is written in front of it once it is known.
    mutating func field(_ number: UInt64, nested: (inout RecordWriter) -> Void) {
        varint(number << 1 | 1)
        let start = bytes.count
        bytes.append(0)
        nested(&self)
        let length = bytes.count - start - 1
        if length < 0x80 {
            bytes[start] = UInt8(length)
        } else {
            var prefix = RecordWriter()
            prefix.varint(UInt64(length))
            bytes.replaceSubrange(start...start, with: prefix.bytes)
        }
    }
}

/// Reads what `RecordWriter` wrote, from bytes that may be damaged.
struct RecordReader {
    enum Value {
        case number(UInt64)
        case bytes(ArraySlice<UInt8>)
    }

    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func varint() throws(StoreError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while let byte = rest.popFirst() {
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
            if shift > 63 { break }
        }
        throw StoreError(.corrupt, "a record ends inside a number")
    }

    mutating func count() throws(StoreError) -> Int {
        let value = try varint()
        guard value <= UInt64(Int32.max) else { throw StoreError(.corrupt, "a record names an absurd length") }
        return Int(value)
    }

    mutating func raw() throws(StoreError) -> ArraySlice<UInt8> {
        let length = try count()
        guard length <= rest.count else { throw StoreError(.corrupt, "a record ends inside a field") }
        defer { rest = rest.dropFirst(length) }
        return rest.prefix(length)
    }

    /// The next field, or `nil` at the end.
    mutating func next() throws(StoreError) -> (number: UInt64, value: Value)? {
        guard !isAtEnd else { return nil }
        let tag = try varint()
        return (tag >> 1, tag & 1 == 0 ? .number(try varint()) : .bytes(try raw()))
    }
}

extension RecordReader.Value {
    var number: UInt64 {
        get throws(StoreError) {
            guard case .number(let value) = self else { throw StoreError(.corrupt, "a field should be a number") }
            return value
        }
    }

    var int: Int {
        get throws(StoreError) {
            guard let value = Int(exactly: try number) else { throw StoreError(.corrupt, "a number is too large") }
            return value
        }
    }

    var signed: Int64 {
        get throws(StoreError) {
            let raw = try number
            return Int64(bitPattern: raw >> 1) ^ -Int64(bitPattern: raw & 1)
        }
    }

    var bytes: ArraySlice<UInt8> {
        get throws(StoreError) {
            guard case .bytes(let value) = self else { throw StoreError(.corrupt, "a field should be bytes") }
            return value
        }
    }

    var text: String {
        get throws(StoreError) { String(decoding: try bytes, as: UTF8.self) }
    }
}
