/// The value that belongs to a name: where it stands and how it is written.
struct NamedValue {
    /// The decoded positions of the value without its quotes.
    private(set) var range: Range<Int>
    /// Whether it stands in quotes (or between XML tags).
    private(set) var isQuoted = false
    /// Whether `=` stands between name and value without space, as in a shell or a form.
    private(set) var isTight = false
    /// Whether what follows shows that the value is an expression, such as a call.
    private(set) var isCode = false

    private static let longest = 48 << 10

    /// Parses what follows a name.
    ///
    /// - Returns: `nil` when no value follows.
    init?(in text: inout LogicalText, nameStart: Int, nameEnd: Int, name: CredentialName) {
        range = nameEnd..<nameEnd
        guard let start = NamedValue.valueStart(in: &text, nameStart: nameStart, nameEnd: nameEnd, isTight: &isTight)
        else { return nil }
        guard start < text.count else { return nil }
        let byte = text.bytes[start]
        if byte == 0x22 || byte == 0x27 || byte == 0x60 {
            guard let end = NamedValue.closingQuote(in: &text, opening: start) else { return nil }
            range = (start + 1)..<end
            isQuoted = true
        } else if start > 0, text.bytes[start - 1] == 0x3E, nameStart > 0, text.bytes[nameStart - 1] == 0x3C {
            let end = text.run(from: start, limit: 4096) { $0 != 0x3C && $0 != 0x0A }
            guard end < text.count, text.bytes[end] == 0x3C else { return nil }
            range = start..<end
            isQuoted = true
        } else {
            takeBare(in: &text, from: start)
        }
        if range.isEmpty { return nil }
    }

    private static func valueStart(
        in text: inout LogicalText,
        nameStart: Int,
        nameEnd: Int,
        isTight: inout Bool
    ) -> Int? {
        var position = nameEnd
        var quoted = false
        while position < text.count, [0x22, 0x27, 0x60].contains(text.bytes[position]), position - nameEnd < 2 {
            position += 1
            quoted = true
        }
        if position < text.count, text.bytes[position] == 0x5D { position += 1 }
        let afterName = position
        position = text.run(from: position, limit: 8) { ByteClass.isSpace($0) && ($0 != 0x0A || quoted) }
        guard position < text.count else { return nil }
        switch text.bytes[position] {
        case 0x3A, 0x3D:
            isTight = text.bytes[position] == 0x3D && position == nameEnd
            position += 1
            // `:=`, `=>`, `==` (a comparison is treated alike: its literal is as secret).
            while position < text.count, text.bytes[position] == 0x3D || text.bytes[position] == 0x3E { position += 1 }
        case 0x3E where nameStart > 0 && text.bytes[nameStart - 1] == 0x3C:
            return position + 1
        default:
            // `--token VALUE`
            let isFlag = text.hasBytes("--", at: nameStart) || text.hasBytes("--", at: nameStart - 2)
            guard isFlag, !quoted, position > afterName else { return nil }
            isTight = true
            return position
        }
        let gapStart = position
        position = text.run(from: position, limit: 16) { ByteClass.isSpace($0) && ($0 != 0x0A || quoted) }
        if position > gapStart { isTight = false }
        // `b"…"`, `f'…'`, `@"…"`, and a list with the value in it.
        if position + 1 < text.count, quotes(text.bytes[position + 1]),
            [0x62, 0x66, 0x72, 0x75, 0x40, 0x5B, 0x4C]
                .contains(text.bytes[position] | (text.bytes[position] == 0x42 ? 0x20 : 0))
        {
            position += 1
        }
        return position
    }

    private static func quotes(_ byte: UInt8) -> Bool { byte == 0x22 || byte == 0x27 || byte == 0x60 }

    /// The quote of the same kind and nesting depth that ends a string, or any quote of a lesser depth.
    private static func closingQuote(in text: inout LogicalText, opening: Int) -> Int? {
        let mark = text.bytes[opening]
        let depth = text.quoteDepth(at: opening)
        var position = opening + 1
        let limit = min(text.count, opening + longest)
        while position < limit {
            let byte = text.bytes[position]
            if byte == mark || byte == 0x22 {
                let here = text.quoteDepth(at: position)
                if here < depth || here == depth && byte == mark { return position }
            }
            position += 1
        }
        if position == text.count && !text.isComplete { text.wantsMore = true }
        // Cut off: what is there belongs to the value all the same.
        return position
    }

    private mutating func takeBare(in text: inout LogicalText, from start: Int) {
        // `,` and `;` end a value only in front of a space, a quote or the end, or between pairs.
        var end = text.run(from: start, limit: 4096) { byte in
            !ByteClass.isSpace(byte)
                && ![0x22, 0x27, 0x60, 0x26, 0x3C, 0x3E, 0x2C, 0x3B, 0x7D, 0x5D, 0x29].contains(byte)
        }
        // A placeholder ends the value, so that masking twice changes nothing.
        if let placeholder = Tagger.firstPlaceholder(in: text.bytes[start..<end]) { end = placeholder }
        let next = end < text.count ? text.bytes[end] : 0
        if let open = text.bytes[start..<end].firstIndex(where: { $0 == 0x28 || $0 == 0x5B || $0 == 0x7B }) {
            isCode = open > start || text.bytes[start] != 0x7B
        }
        if next == 0x29 || next == 0x3E || next == 0x5D { isCode = isCode || isTight == false }
        while end > start, [0x2E, 0x3A, 0x21, 0x3F, 0x5C].contains(text.bytes[end - 1]) { end -= 1 }
        range = start..<end
        if text.bytes[start..<end].contains(0x2E), isMemberAccess(text.bytes[start..<end]) { isCode = true }
    }

    /// Whether the value is names joined by dots, as in `user.password`.
    private func isMemberAccess(_ value: ArraySlice<UInt8>) -> Bool {
        value.split(separator: 0x2E, omittingEmptySubsequences: false).allSatisfy { part in
            guard let first = part.first, ByteClass.isLetter(first) || first == 0x5F else { return false }
            return part.allSatisfy { ByteClass.isAlphanumeric($0) || $0 == 0x5F } && SecretShape.isWordy(part)
        }
    }
}
