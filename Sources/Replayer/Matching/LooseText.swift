/// Texts without what differs between two runs of the same: ids, UUIDs, dates and times, white space at line ends.
enum LooseText {
    private static let prefixes = ["toolu_", "srvtoolu_", "msg_", "req_", "call_"].map { Array($0.utf8) }
    /// The fewest characters behind a prefix.
    private static let shortestID = 8

    /// The text with `<id>`, `<uuid>` and `<date>` in their places.
    static func of(_ text: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(text.count)
        var position = 0
        while position < text.count {
            let isAtStart = position == 0 || !isLetterOrDigit(text[position - 1])
            if isAtStart, let (end, stand) = special(text, position) {
                output += stand
                position = end
            } else if text[position] == 0x0D, position + 1 < text.count, text[position + 1] == 0x0A {
                position += 1
            } else if text[position] == 0x0A {
                while let last = output.last, last == 0x20 || last == 0x09 { output.removeLast() }
                output.append(0x0A)
                position += 1
            } else {
                output.append(text[position])
                position += 1
            }
        }
        while let last = output.last, last == 0x20 || last == 0x09 || last == 0x0A { output.removeLast() }
        return output
    }

    private static func special(_ text: [UInt8], _ start: Int) -> (end: Int, stand: [UInt8])? {
        if let end = uuid(text, start) { return (end, Array("<uuid>".utf8)) }
        if let end = date(text, start) { return (end, Array("<date>".utf8)) }
        // Not behind a `_`: `my_call_…` is a name, too.
        guard start == 0 || text[start - 1] != 0x5F else { return nil }
        for prefix in prefixes where text[start...].starts(with: prefix) {
            var end = start + prefix.count
            while end < text.count, isLetterOrDigit(text[end]) || text[end] == 0x5F || text[end] == 0x2D { end += 1 }
            // `msg_type` and `call_later` are words of a program, no ids.
            let rest = text[(start + prefix.count)..<end]
            if rest.count >= shortestID, rest.contains(where: { (0x30...0x39).contains($0) }) {
                return (end, prefix + Array("<id>".utf8))
            }
        }
        return nil
    }

    /// The end of 8-4-4-4-12 hex digits.
    private static func uuid(_ text: [UInt8], _ start: Int) -> Int? {
        guard start + 36 <= text.count else { return nil }
        for offset in 0..<36 {
            let byte = text[start + offset]
            let isDash = [8, 13, 18, 23].contains(offset)
            guard isDash ? byte == 0x2D : isHex(byte) else { return nil }
        }
        return start + 36 == text.count || !isLetterOrDigit(text[start + 36]) ? start + 36 : nil
    }

    /// The end of a date, with a time behind it if there is one.
    private static func date(_ text: [UInt8], _ start: Int) -> Int? {
        guard matches("0000-00-00", text, start) else { return nil }
        var end = start + 10
        guard end == text.count || !(0x30...0x39).contains(text[end]) else { return nil }
        if end < text.count, text[end] == UInt8(ascii: "T") || text[end] == 0x20, matches("00:00", text, end + 1) {
            end += 6
            if matches(":00", text, end) { end += 3 }
            if end < text.count, text[end] == UInt8(ascii: "."), matches("0", text, end + 1) {
                end += 1
                while end < text.count, (0x30...0x39).contains(text[end]) { end += 1 }
            }
            if end < text.count, text[end] == UInt8(ascii: "Z") {
                end += 1
            } else if matches("+00:00", text, end) || matches("-00:00", text, end) {
                end += 6
            }
        }
        return end
    }

    /// Whether a pattern stands at a place; 0 in it is any digit.
    private static func matches(_ pattern: StaticString, _ text: [UInt8], _ start: Int) -> Bool {
        guard start + pattern.utf8CodeUnitCount <= text.count else { return false }
        for offset in 0..<pattern.utf8CodeUnitCount {
            let wanted = pattern.utf8Start[offset]
            let byte = text[start + offset]
            guard wanted == 0x30 ? (0x30...0x39).contains(byte) : wanted == byte else { return false }
        }
        return true
    }

    private static func isHex(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte | 0x20)
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
    }
}
