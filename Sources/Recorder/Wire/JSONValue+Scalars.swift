extension JSONValue {
    /// The text of a string with its escapes undone, else `nil`; a lone surrogate becomes U+FFFD.
    package var string: String? {
        guard let content = stringContent else { return nil }
        guard content.contains(UInt8(ascii: "\\")) else { return String(decoding: content, as: UTF8.self) }
        return String(decoding: JSONValue.unescaped(content), as: UTF8.self)
    }

    /// The value of a whole number that fits, else `nil`; `1.0` and `1e3` are none.
    package var int: Int? {
        guard kind == .number else { return nil }
        return Int(String(decoding: raw, as: UTF8.self))
    }

    /// The value of a number that counts tokens or the like, up to a million million, so that sums don't overflow.
    package var count: Int? {
        int.flatMap { (0...1_000_000_000_000).contains($0) ? $0 : nil }
    }

    /// The value of `true` or `false`, else `nil`.
    package var bool: Bool? {
        guard kind == .bool else { return nil }
        return raw.first == UInt8(ascii: "t")
    }

    /// Whether the value is `null`.
    package var isNull: Bool { kind == .null }

    /// The bytes between the quotes of a string, escapes as they stand.
    package var stringContent: UnsafeRawBufferPointer? {
        guard kind == .string, raw.count >= 2 else { return nil }
        return UnsafeRawBufferPointer(rebasing: raw[1..<(raw.count - 1)])
    }

    /// Whether the value is a string of that text.
    package func isString(_ text: String) -> Bool {
        guard let content = stringContent else { return false }
        if content.elementsEqual(text.utf8) { return true }
        return content.contains(UInt8(ascii: "\\")) && string == text
    }

    /// Undoes the escapes of a string that was scanned before.
    private static func unescaped(_ content: UnsafeRawBufferPointer) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(content.count)
        var position = 0
        while position < content.count {
            let byte = content[position]
            guard byte == UInt8(ascii: "\\"), position + 1 < content.count else {
                text.append(byte)
                position += 1
                continue
            }
            position += 2
            switch content[position - 1] {
            case UInt8(ascii: "n"): text.append(0x0A)
            case UInt8(ascii: "r"): text.append(0x0D)
            case UInt8(ascii: "t"): text.append(0x09)
            case UInt8(ascii: "b"): text.append(0x08)
            case UInt8(ascii: "f"): text.append(0x0C)
            case UInt8(ascii: "u"): position = appendScalar(at: position, of: content, to: &text)
            case let other: text.append(other)
            }
        }
        return text
    }

    /// Appends the character of a `\u` escape, whose digits begin at `position`, and gives back where it ends.
    private static func appendScalar(
        at position: Int,
        of content: UnsafeRawBufferPointer,
        to text: inout [UInt8]
    ) -> Int {
        guard let unit = codeUnit(at: position, of: content) else { return position }
        var value = unit
        var next = position + 4
        if (0xD800..<0xDC00).contains(unit), next + 6 <= content.count, content[next] == UInt8(ascii: "\\"),
            content[next + 1] == UInt8(ascii: "u"), let low = codeUnit(at: next + 2, of: content),
            (0xDC00..<0xE000).contains(low)
        {
            value = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
            next += 6
        }
        text.append(contentsOf: String(Character(UnicodeScalar(value) ?? "\u{FFFD}")).utf8)
        return next
    }

    private static func codeUnit(at position: Int, of content: UnsafeRawBufferPointer) -> UInt32? {
        guard position + 4 <= content.count else { return nil }
        var value: UInt32 = 0
        for index in position..<(position + 4) {
            guard let digit = JSONScanner.hexDigit(content[index]) else { return nil }
            value = value << 4 | digit
        }
        return value
    }
}
