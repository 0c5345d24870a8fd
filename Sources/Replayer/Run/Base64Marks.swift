import Recorder

/// What placeholders begin with in base64 of either alphabet, at each of the three places in a group of bytes.
enum Base64Marks {
    /// One beginning.
    struct Mark {
        /// How many bytes before it lie in the same group.
        let shift: Int
        /// Characters of the group before the text, which hold something else as well.
        let skipped: Int
        /// The alphabet.
        let isURLSafe: Bool
        /// The characters.
        let text: [UInt8]
    }

    private static let marks: [Mark] = {
        var marks: [Mark] = []
        for (shift, isURLSafe) in (0..<3).flatMap({ [($0, false), ($0, true)] }) {
            for start in ["***masked:", "***email:"] {
                let bytes = Array(start.utf8)
                let text = Base64.determined(by: bytes, shift: shift, urlSafe: isURLSafe)
                guard !marks.contains(where: { $0.shift == shift && $0.text == text }) else { continue }
                let skipped = Base64.undetermined(before: shift)
                marks.append(Mark(shift: shift, skipped: skipped, isURLSafe: isURLSafe, text: text))
            }
        }
        return marks
    }()

    private static let begins: [Bool] = (0..<256).map { byte in marks.contains { Int($0.text[0]) == byte } }

    /// Where they stand in a text, in order.
    ///
    /// - Parameters:
    ///   - text: the text.
    ///   - limit: the most that are told.
    /// - Returns: the places of the first characters.
    static func places(in text: UnsafeRawBufferPointer, limit: Int = .max) -> [(place: Int, mark: Mark)] {
        var found: [(place: Int, mark: Mark)] = []
        begins.withUnsafeBufferPointer { begins in
            for place in 0..<text.count where begins[Int(text[place])] {
                for mark in marks where place + mark.text.count <= text.count {
                    guard (0..<mark.text.count).allSatisfy({ text[place + $0] == mark.text[$0] }) else { continue }
                    found.append((place, mark))
                    if found.count == limit { return }
                }
            }
        }
        return found
    }
}
