/// A run of base64 characters in a text; knows how to change a few decoded bytes without touching the rest.
struct Base64Run {
    /// The shortest run that is looked into: 14 bytes, less than any secret but a word.
    static let shortest = 20
    /// The longest run with line ends or `\/` in it that is put together.
    private static let longestGathered = 4 << 20

    /// Where the run ends in the text, padding included.
    let end: Int
    private let characters: [UInt8]
    /// Where each character stands in the text; `nil` when they stand side by side from `start`.
    private let positions: [Int]?
    private let start: Int
    private let padding: Int
    /// How many characters stand in front of the first group of four.
    private let phase: Int

    /// Finds the run around `position`.
    ///
    /// - Returns: Where the run ends, and the run itself unless it is too short or does not decode to text.
    static func around(_ position: Int, in raw: UnsafeRawBufferPointer) -> (end: Int, run: Base64Run?) {
        var end = position
        let run = Base64Run(around: position, in: raw, end: &end)
        return (end, run)
    }

    private init?(around position: Int, in raw: UnsafeRawBufferPointer, end runEnd: inout Int) {
        var lower = position
        while lower > 0, ByteClass.isBase64(raw[lower - 1]) { lower -= 1 }
        // The letter of `\n` belongs to the escape, the `/` of `\/` to the run.
        if lower > 0, raw[lower - 1] == 0x5C {
            switch raw[lower] {
            case UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"), UInt8(ascii: "b"), UInt8(ascii: "f"):
                lower += 1
            case UInt8(ascii: "u"): lower += 5
            default: break
            }
        }
        var upper = position
        while upper < raw.count, ByteClass.isBase64(raw[upper]) { upper += 1 }
        runEnd = upper
        start = lower
        let joins = upper < raw.count && Base64Run.join(raw, upper, lineLength: upper - lower) != nil
        let joinsFront = lower > 1 && raw[lower - 1] == 0x5C && raw[lower] == 0x2F && ByteClass.isBase64(raw[lower - 2])
        if !joins && !joinsFront {
            guard upper - lower >= Base64Run.shortest else { return nil }
            guard let phase = Base64Run.phase(UnsafeRawBufferPointer(rebasing: raw[lower..<upper])) else { return nil }
            self.phase = phase
            characters = Array(raw[lower..<upper])
            positions = nil
        } else {
            while lower > 1, raw[lower] == 0x2F, raw[lower - 1] == 0x5C {
                lower -= 1
                while lower > 0, raw[lower - 1] == 0x5C { lower -= 1 }
                while lower > 0, ByteClass.isBase64(raw[lower - 1]) { lower -= 1 }
                guard raw[lower] != 0x5C else { break }
            }
            while lower < upper, raw[lower] == 0x5C { lower += 1 }
            (characters, positions, upper) = Base64Run.gather(raw, from: lower)
            runEnd = upper
            guard characters.count >= Base64Run.shortest,
                let phase = characters.withUnsafeBytes({ Base64Run.phase($0) })
            else { return nil }
            self.phase = phase
        }
        var count = 0
        while count < 2, upper < raw.count, raw[upper] == 0x3D {
            count += 1
            upper += 1
        }
        padding = count
        end = upper
    }

    /// The position behind a `\/` or a line end at `position`, when the run goes on there.
    private static func join(_ raw: UnsafeRawBufferPointer, _ position: Int, lineLength: Int) -> Int? {
        var next = position
        while next < raw.count, raw[next] == 0x5C { next += 1 }
        guard next < raw.count else { return nil }
        if next > position, raw[next] == 0x2F { return next }
        // MIME and PEM break lines after 64 or 76 characters.
        guard lineLength >= 60, lineLength % 4 == 0 else { return nil }
        next = position
        var breaks = 0
        while next < raw.count, breaks < 2 {
            if raw[next] == 0x0A || raw[next] == 0x0D {
                next += 1
            } else if raw[next] == 0x5C {
                var letter = next
                while letter < raw.count, raw[letter] == 0x5C { letter += 1 }
                guard letter < raw.count, raw[letter] == UInt8(ascii: "n") || raw[letter] == UInt8(ascii: "r") else {
                    break
                }
                next = letter + 1
            } else {
                break
            }
            breaks += 1
        }
        return breaks > 0 && next < raw.count && ByteClass.isBase64(raw[next]) ? next : nil
    }

    private static func gather(_ raw: UnsafeRawBufferPointer, from lower: Int) -> ([UInt8], [Int], Int) {
        var characters: [UInt8] = []
        var positions: [Int] = []
        var position = lower
        var lineStart = 0
        while position < raw.count, characters.count < longestGathered {
            if ByteClass.isBase64(raw[position]) {
                characters.append(raw[position])
                positions.append(position)
                position += 1
            } else if let next = join(raw, position, lineLength: characters.count - lineStart) {
                if raw[next] != 0x2F || raw[position] != 0x5C { lineStart = characters.count }
                position = next
            } else {
                break
            }
        }
        positions.append(position)
        return (characters, positions, position)
    }

    /// How many characters to skip so that the rest decodes to text; most runs are words, hashes or images.
    private static func phase(_ characters: UnsafeRawBufferPointer) -> Int? {
        (0..<4).first { $0 + 16 <= characters.count && Base64.beginsText(characters, at: $0) }
    }

    /// Calls `body` with the decoded text and the index of the character where it begins.
    func withText(_ body: ([UInt8], Int) -> Void) {
        guard let text = Base64.decode(characters[phase...]) else { return }
        body(text, phase)
    }

    /// The changes to the raw text that put placeholders in the place of secrets in the decoded text.
    ///
    /// Only the groups of four characters around a secret change. So that the groups behind keep their borders, up to
    /// two spaces follow the placeholder, except at the end of the run.
    func edits(
        _ secrets: [Finding],
        decoded: [UInt8],
        from characterStart: Int
    ) -> [(range: Range<Int>, replacement: [UInt8], kind: MaskKind)] {
        let isURLSafe = characters.contains { $0 == 0x2D || $0 == 0x5F }
        var edits: [(range: Range<Int>, replacement: [UInt8], kind: MaskKind)] = []
        var next = 0
        while next < secrets.count {
            let groupStart = secrets[next].range.lowerBound / 3 * 3
            let kind = secrets[next].kind
            var bytes = Array(decoded[groupStart..<secrets[next].range.lowerBound])
            var position = secrets[next].range.lowerBound
            var groupEnd = groupStart
            while next < secrets.count, secrets[next].range.lowerBound < groupEnd || groupEnd == groupStart {
                bytes += decoded[position..<secrets[next].range.lowerBound] + secrets[next].replacement
                position = secrets[next].range.upperBound
                groupEnd = min(decoded.count, (position + 2) / 3 * 3)
                next += 1
            }
            bytes += decoded[position..<groupEnd]
            let isLast = groupEnd == decoded.count
            if !isLast { bytes += [UInt8](repeating: 0x20, count: (3 - bytes.count % 3) % 3) }
            let first = characterStart + groupStart / 3 * 4
            let last = isLast ? characters.count : characterStart + groupEnd / 3 * 4
            let lower = positions.map { $0[first] } ?? start + first
            let upper = isLast ? end : positions.map { $0[last] } ?? start + last
            let padded = isLast && (padding > 0 || (characters.count - characterStart) % 4 == 0 && !isURLSafe)
            edits.append((lower..<upper, Base64.encode(bytes, urlSafe: isURLSafe, padded: padded), kind))
        }
        return edits
    }
}
