/// A cursor over JSON bytes that steps over values without building anything.
///
/// It accepts what RFC 8259 calls JSON, in valid UTF-8 and without a byte order mark, up to `maximumDepth` levels; lone
/// surrogates in escapes are let through. It never calls itself, so that no input can exhaust the stack. The bytes must
/// outlive it.
package struct JSONScanner {
    /// How many arrays and objects may lie within one another.
    package static let maximumDepth = 512

    /// Where the next byte is read.
    package var position: Int

    let base: UnsafePointer<UInt8>?
    let end: Int

    /// Makes a cursor at an offset of the bytes.
    package init(_ bytes: UnsafeRawBufferPointer, at position: Int = 0) {
        base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        end = bytes.count
        self.position = min(max(0, position), bytes.count)
    }

    /// Whether the bytes are exactly one JSON value with nothing but white space around it.
    package static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var scanner = JSONScanner(bytes)
        guard (try? scanner.skipValue()) != nil else { return false }
        scanner.skipWhiteSpace()
        return scanner.isAtEnd
    }

    /// Whether all bytes are read.
    package var isAtEnd: Bool { position >= end }

    /// The byte at the cursor, or 0 at the end; a NUL is never part of JSON.
    package var current: UInt8 {
        guard let base, position < end else { return 0 }
        return base[position]
    }

    /// Steps over white space.
    @inline(__always)
    package mutating func skipWhiteSpace() {
        guard let base else { return }
        while position < end {
            let byte = base[position]
            if byte > 0x20 || (byte != 0x20 && byte != 0x0A && byte != 0x0D && byte != 0x09) { return }
            position += 1
        }
    }

    /// Steps over one byte if it is the given one.
    @inline(__always)
    package mutating func skip(_ byte: UInt8) -> Bool {
        guard current == byte, !isAtEnd else { return false }
        position += 1
        return true
    }

    /// Steps over one byte that must be the given one.
    ///
    /// - Throws: `JSONSyntaxError` when it is another.
    @inline(__always)
    package mutating func expect(_ byte: UInt8) throws(JSONSyntaxError) {
        guard skip(byte) else { throw JSONSyntaxError(offset: position) }
    }

    /// Steps over white space and one value.
    ///
    /// - Returns: The bytes of the value without white space around it.
    /// - Throws: `JSONSyntaxError` when there is no value, or it nests too deep.
    @discardableResult
    package mutating func skipValue() throws(JSONSyntaxError) -> Range<Int> {
        skipWhiteSpace()
        let start = position
        switch current {
        case UInt8(ascii: "\""): try skipString()
        case UInt8(ascii: "{"), UInt8(ascii: "["): try skipContainer()
        default: try skipScalar()
        }
        return start..<position
    }

    /// Steps over an object or array at the cursor.
    private mutating func skipContainer() throws(JSONSyntaxError) {
        var levels = NestingStack()
        repeat {
            // Here the cursor stands at a value.
            let byte = current
            if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
                guard levels.push(isObject: byte == UInt8(ascii: "{")) else { throw JSONSyntaxError(offset: position) }
                position += 1
                skipWhiteSpace()
                if current != (levels.isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
                    if levels.isObject { try skipKey() }
                    continue
                }
            } else if byte == UInt8(ascii: "\"") {
                try skipString()
            } else {
                try skipScalar()
            }
            // Here it stands behind a value, or at the end of an empty container.
            while levels.depth > 0 {
                skipWhiteSpace()
                let byte = current
                if byte == UInt8(ascii: ",") {
                    position += 1
                    skipWhiteSpace()
                    if levels.isObject { try skipKey() }
                    break
                }
                guard byte == (levels.isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
                    throw JSONSyntaxError(offset: position)
                }
                position += 1
                levels.pop()
            }
        } while levels.depth > 0
    }

    /// Steps over a key, its colon and the white space behind it.
    @inline(__always)
    private mutating func skipKey() throws(JSONSyntaxError) {
        try skipString()
        skipWhiteSpace()
        try expect(UInt8(ascii: ":"))
        skipWhiteSpace()
    }

    /// Steps over a number, `true`, `false` or `null`.
    private mutating func skipScalar() throws(JSONSyntaxError) {
        switch current {
        case UInt8(ascii: "t"): try skipWord("true")
        case UInt8(ascii: "f"): try skipWord("false")
        case UInt8(ascii: "n"): try skipWord("null")
        default: try skipNumber()
        }
    }

    private mutating func skipWord(_ word: StaticString) throws(JSONSyntaxError) {
        guard let base, end - position >= word.utf8CodeUnitCount else { throw JSONSyntaxError(offset: position) }
        for index in 0..<word.utf8CodeUnitCount where base[position + index] != word.utf8Start[index] {
            throw JSONSyntaxError(offset: position + index)
        }
        position += word.utf8CodeUnitCount
    }

    private mutating func skipNumber() throws(JSONSyntaxError) {
        _ = skip(UInt8(ascii: "-"))
        if !skip(UInt8(ascii: "0")) { try skipDigits() }
        if skip(UInt8(ascii: ".")) { try skipDigits() }
        if skip(UInt8(ascii: "e")) || skip(UInt8(ascii: "E")) {
            if !skip(UInt8(ascii: "+")) { _ = skip(UInt8(ascii: "-")) }
            try skipDigits()
        }
    }

    private mutating func skipDigits() throws(JSONSyntaxError) {
        let start = position
        while (0x30...0x39).contains(current) { position += 1 }
        guard position > start else { throw JSONSyntaxError(offset: position) }
    }
}
