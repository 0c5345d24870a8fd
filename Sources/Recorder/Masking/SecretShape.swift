/// Judges by its looks whether a value is a secret, an ordinary word, or a stand-in for a secret.
enum SecretShape {
    /// Whether the value stands in for a secret: `<your-key>`, `${VAR}`, `***`, `xxxx`, `null`, `process.env.X`.
    static func isStandIn(_ value: ArraySlice<UInt8>) -> Bool {
        guard let first = value.first, let last = value.last else { return true }
        switch (first, last) {
        case (UInt8(ascii: "<"), UInt8(ascii: ">")), (UInt8(ascii: "{"), UInt8(ascii: "}")),
            (UInt8(ascii: "["), UInt8(ascii: "]")), (UInt8(ascii: "("), UInt8(ascii: ")")):
            return true
        default: break
        }
        if first == UInt8(ascii: "$"), value.count > 1, isIdentifierOrBraces(value.dropFirst()) { return true }
        if first == UInt8(ascii: "%"), last == first, value.count > 2,
            isIdentifierOrBraces(value.dropFirst().dropLast())
        {
            return true
        }
        // `xxxx`, `****`, `....`, `0000`, `----`: hardly more than one character.
        let fillers = value.filter { byte in
            let folded = byte | 0x20
            return folded == UInt8(ascii: "x") || byte == 0x2A || byte == 0x2E || byte == 0x2D || byte == 0x5F
        }
        if fillers.count == value.count || value.allSatisfy({ $0 == first }) { return true }
        // Bullets (U+2022), which forms show for hidden text.
        if value.starts(with: [0xE2, 0x80, 0xA2]) { return true }
        let text = String(decoding: value.prefix(64), as: UTF8.self).lowercased()
        if text.contains("${") || text.contains("{{") || text.contains("<%") { return true }
        if fixedWords.contains(text) { return true }
        return wordParts.contains { text.contains($0) } || wordBeginnings.contains { text.hasPrefix($0) }
    }

    private static let fixedWords: Set<String> = [
        "string", "null", "none", "nil", "true", "false", "undefined", "optional", "required", "changeme", "redacted",
        "changeit", "hidden", "masked", "secret", "password", "token", "bearer", "todo", "empty", "unset", "unknown",
    ]
    private static let wordParts = [
        "your-", "your_", "your ", "yourkey", "yourtoken", "placeholder", "redacted", "process.env", "os.environ",
        "getenv", "-here", "_here", "import.meta", "...", "\u{2026}",
    ]
    private static let wordBeginnings = ["your", "env.", "vault:", "secretref:", "keychain:"]

    private static func isIdentifierOrBraces(_ value: ArraySlice<UInt8>) -> Bool {
        value.allSatisfy { ByteClass.isAlphanumeric($0) || [0x5F, 0x7B, 0x7D, 0x2E, 0x3A, 0x28, 0x29].contains($0) }
    }

    /// Whether the value is made of words, such as an identifier, a type, a path or a sentence.
    ///
    /// Words are runs of letters that change case like words do; up to four digits in a row may stand among them.
    static func isWordy(_ value: ArraySlice<UInt8>) -> Bool {
        var digits = 0
        var letters = 0
        var position = value.startIndex
        while position < value.endIndex {
            let byte = value[position]
            if ByteClass.isDigit(byte) {
                var end = position
                while end < value.endIndex, ByteClass.isDigit(value[end]) { end += 1 }
                // A digit between letters (`a3f9c`) is no word; at the end of one (`sha256`, `v2`) it may be.
                if end - position > 4 { return false }
                if end < value.endIndex, ByteClass.isLetter(value[end]), position > value.startIndex,
                    ByteClass.isLetter(value[position - 1])
                {
                    return false
                }
                digits += end - position
                position = end
            } else if ByteClass.isLetter(byte) {
                var end = position
                while end < value.endIndex, ByteClass.isLetter(value[end]) { end += 1 }
                guard looksLikeWords(value[position..<end]) else { return false }
                letters += end - position
                position = end
            } else if byte >= 0x80 {
                letters += 1
                position += 1
            } else if [0x20, 0x2D, 0x2E, 0x2F, 0x3A, 0x5F, 0x2C, 0x27, 0x28, 0x29, 0x5B, 0x5D, 0x3F, 0x3C, 0x3E, 0x7C]
                .contains(byte) || ByteClass.isSpace(byte)
            {
                position += 1
            } else {
                return false
            }
        }
        return digits * 2 <= letters || digits == 0
    }

    /// Whether a run of letters is a word or camel-cased words rather than random letters.
    private static func looksLikeWords(_ run: ArraySlice<UInt8>) -> Bool {
        guard run.count > 3 else { return true }
        var humps = 0
        var consonants = 0
        var longestConsonants = 0
        var hasLower = false
        for index in run.indices {
            let byte = run[index]
            hasLower = hasLower || ByteClass.isLower(byte)
            if ByteClass.isUpper(byte), index > run.startIndex, ByteClass.isLower(run[index - 1]) { humps += 1 }
            let folded = byte | 0x20
            let isVowel =
                [0x61, 0x65, 0x69, 0x6F, 0x75, 0x79].contains(folded)
                || ByteClass.isUpper(byte) && index > run.startIndex && ByteClass.isLower(run[index - 1])
            consonants = isVowel ? 0 : consonants + 1
            longestConsonants = max(longestConsonants, consonants)
        }
        // Random letters change case about every other letter; words do at their beginning, abbreviations (`URL`) once.
        let capitals = run.split { !ByteClass.isUpper($0) }.count { $0.count > 1 }
        if humps * 4 > run.count || (humps * 2 + capitals * 3) * 2 > run.count && run.count >= 12 { return false }
        return longestConsonants < (hasLower ? 6 : 8) && run.count <= 40
    }

    /// Whether the value looks issued by a machine: long enough, in one piece, and not made of words.
    static func isRandom(_ value: ArraySlice<UInt8>, minimum: Int = 8) -> Bool {
        guard value.count >= minimum, !value.contains(where: ByteClass.isSpace) else { return false }
        guard value.contains(where: ByteClass.isLetter) else {
            return value.count >= 16 && value.allSatisfy { ByteClass.isDigit($0) || $0 == 0x2D || $0 == 0x3A } == false
        }
        return !isWordy(value)
    }
}
