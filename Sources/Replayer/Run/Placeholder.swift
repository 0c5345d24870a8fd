/// What stands for a secret that was masked when it was recorded: `***masked:<kind>:<tag>***` or `***email:<tag>***`.
struct Placeholder: Hashable {
    /// The kind of secret, such as `anthropic` or `email`.
    var kind: String
    /// Where it lies.
    var range: Range<Int>
    /// Where its tag lies, eight hexadecimal digits.
    var tag: Range<Int>

    private static let star = UInt8(ascii: "*")

    /// Reads the placeholder that begins at `start`.
    init?(_ bytes: UnsafeRawBufferPointer, at start: Int) {
        var position = start
        if Self.has("***email:", bytes, at: start) {
            kind = "email"
            position += 9
        } else if Self.has("***masked:", bytes, at: start) {
            position += 10
            let kindStart = position
            while position < bytes.count, position - kindStart < 24, Placeholder.isKindByte(bytes[position]) {
                position += 1
            }
            guard position > kindStart, position < bytes.count, bytes[position] == UInt8(ascii: ":") else { return nil }
            kind = String(decoding: bytes[kindStart..<position], as: UTF8.self)
            position += 1
        } else {
            return nil
        }
        guard let tag = Placeholder.tag(bytes, at: position), Placeholder.has("***", bytes, at: tag.upperBound) else {
            return nil
        }
        self.tag = tag
        range = start..<(tag.upperBound + 3)
    }

    /// Reads the stand-in that a replay sent in the place of a placeholder.
    init?(_ standIn: StandIn, _ bytes: UnsafeRawBufferPointer, at start: Int) {
        guard Placeholder.has(standIn.prefix, bytes, at: start),
            let tag = Placeholder.tag(bytes, at: start + standIn.prefix.utf8CodeUnitCount),
            Placeholder.has(standIn.suffix, bytes, at: tag.upperBound)
        else { return nil }
        kind = standIn.kind
        self.tag = tag
        range = start..<(tag.upperBound + standIn.suffix.utf8CodeUnitCount)
    }

    private static func has(_ text: StaticString, _ bytes: UnsafeRawBufferPointer, at position: Int) -> Bool {
        let length = text.utf8CodeUnitCount
        guard position + length <= bytes.count else { return false }
        return (0..<length).allSatisfy { bytes[position + $0] == text.utf8Start[$0] }
    }

    private static func tag(_ bytes: UnsafeRawBufferPointer, at start: Int) -> Range<Int>? {
        guard start + 8 <= bytes.count, (0..<8).allSatisfy({ isTagDigit(bytes[start + $0]) }) else { return nil }
        return start..<(start + 8)
    }

    private static func isKindByte(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "_")
    }

    private static func isTagDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
    }

    /// All placeholders in a text, in order, up to a number.
    ///
    /// - Parameters:
    ///   - bytes: the text.
    ///   - limit: the number.
    ///   - takesStandIns: whether a stand-in counts as the placeholder it was made of.
    /// - Returns: the placeholders.
    static func all(
        in bytes: UnsafeRawBufferPointer,
        limit: Int = .max,
        takesStandIns: Bool = false
    ) -> [Placeholder] {
        var found: [Placeholder] = []
        var position = 0
        while position + 20 <= bytes.count, found.count < limit {
            let placeholder: Placeholder? =
                switch bytes[position] {
                case star: Placeholder(bytes, at: position)
                case 0x30 where takesStandIns: Placeholder(.id, bytes, at: position)
                case UInt8(ascii: "u") where takesStandIns: Placeholder(.email, bytes, at: position)
                default: nil
                }
            guard let placeholder else {
                position += 1
                continue
            }
            found.append(placeholder)
            position = placeholder.range.upperBound
        }
        return found
    }

    /// The text with every placeholder's tag left out, `***masked:<kind>***`, so that two stores' placeholders are equal.
    static func withoutTags(_ bytes: [UInt8]) -> [UInt8] {
        bytes.withUnsafeBytes { raw in
            let found = all(in: raw, takesStandIns: true)
            guard !found.isEmpty else { return bytes }
            var output: [UInt8] = []
            output.reserveCapacity(bytes.count)
            var position = 0
            for placeholder in found {
                output.append(contentsOf: raw[position..<placeholder.range.lowerBound])
                output.append(contentsOf: "***masked:\(placeholder.kind)***".utf8)
                position = placeholder.range.upperBound
            }
            output.append(contentsOf: raw[position...])
            return output
        }
    }
}
