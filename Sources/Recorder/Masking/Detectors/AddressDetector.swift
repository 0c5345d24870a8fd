/// What stands around an `@`: the password of a URL, or an e-mail address.
struct AddressDetector: SecretDetector {
    /// The scanner looks for the `@` by itself.
    let anchors: [Anchor] = []
    var lookBehind: Int { 320 }

    func isPlausible(_ raw: UnsafeRawBufferPointer, anchor: Range<Int>) -> Bool {
        let at = anchor.lowerBound
        guard at > 0, at + 1 < raw.count else { return false }
        let before = raw[at - 1]
        let after = raw[at + 1]
        guard !ByteClass.isSpace(before),
            ByteClass.isAlphanumeric(after) || after >= 0x80 || [0x5B, 0x5C, 0x25].contains(after)
        else { return false }
        return before != 0x22 && before != 0x28 && before != 0x60 && before != 0x27
    }

    func find(in text: inout LogicalText, at anchor: Int, into matches: inout [SecretMatch]) {
        if findPassword(in: &text, at: anchor, into: &matches) { return }
        findMail(in: &text, at: anchor, into: &matches)
    }

    /// - Returns: Whether the `@` ends the user part of a URL.
    private func findPassword(in text: inout LogicalText, at anchor: Int, into matches: inout [SecretMatch]) -> Bool {
        var start = anchor
        var colon: Int?
        while start > 0 {
            let byte = text.bytes[start - 1]
            if byte == 0x2F {
                guard start >= 3, text.bytes[start - 2] == 0x2F, text.bytes[start - 3] == 0x3A else { return false }
                break
            }
            if ByteClass.isSpace(byte) || [0x22, 0x27, 0x60, 0x3C, 0x3E].contains(byte) { return false }
            if byte == 0x3A { colon = start - 1 }
            start -= 1
        }
        guard start > 0 else { return false }
        // A password may hold an unescaped `@`: the last one before the host counts.
        let hostEnd = text.run(from: anchor + 1, limit: 200) {
            !ByteClass.isSpace($0) && ![0x22, 0x27, 0x60, 0x3C, 0x3E, 0x2F, 0x3F, 0x23].contains($0)
        }
        guard let last = text.bytes[anchor..<hostEnd].lastIndex(of: 0x40) else { return true }
        if Tagger.firstPlaceholder(in: text.bytes[start..<last]) != nil { return true }
        guard let colon else {
            // `https://TOKEN@host`
            let user = text.bytes[start..<last]
            if user.count >= 20, SecretShape.isRandom(user) { matches.append(SecretMatch(start..<last, .password)) }
            return true
        }
        let password = text.bytes[(colon + 1)..<last]
        if !password.isEmpty,
            !SecretShape.isStandIn(password)
                || ["password", "secret", "token", "changeme"].contains(String(decoding: password, as: UTF8.self))
        {
            matches.append(SecretMatch((colon + 1)..<last, .password, contextStart: start))
        }
        return true
    }

    private func findMail(in text: inout LogicalText, at anchor: Int, into matches: inout [SecretMatch]) {
        var start = anchor
        while start > 0, anchor - start < 64, isLocalByte(text.bytes[start - 1]) { start -= 1 }
        while start < anchor, text.bytes[start] == 0x2E { start += 1 }
        var end = anchor + 1
        var labels: [Range<Int>] = []
        while true {
            let labelEnd = text.run(from: end, limit: 63) { ByteClass.isAlphanumeric($0) || $0 == 0x2D || $0 >= 0xC3 }
            guard labelEnd > end else { break }
            labels.append(end..<labelEnd)
            end = labelEnd
            guard end + 1 < text.count, text.bytes[end] == 0x2E, ByteClass.isAlphanumeric(text.bytes[end + 1]) else {
                break
            }
            end += 1
        }
        guard start < anchor, labels.count >= 2, let top = labels.last else { return }
        while end > top.lowerBound, text.bytes[end - 1] == 0x2D { end -= 1 }
        let topLevel = text.bytes[top.lowerBound..<end]
        guard topLevel.count >= 2, topLevel.count <= 24,
            topLevel.allSatisfy(ByteClass.isLetter) || topLevel.starts(with: Array("xn--".utf8))
        else { return }
        guard !isVersionOrImage(labels.map { text.bytes[$0] }) else { return }
        // `git@github.com:owner/repository` and `user@host:path` of scp; `//user@host` of a URL.
        if text.hasBytes("git", at: start), anchor - start == 3 { return }
        matches.append(SecretMatch(start..<end, .email))
    }

    private func isLocalByte(_ byte: UInt8) -> Bool {
        ByteClass.isTokenByte(byte) || [0x2E, 0x25, 0x2B].contains(byte)
    }

    /// `package@1.2.3-beta.x` and `icon@2x.png`.
    private func isVersionOrImage(_ labels: [ArraySlice<UInt8>]) -> Bool {
        if labels.count >= 3, labels[0...1].allSatisfy({ $0.allSatisfy(ByteClass.isDigit) }) { return true }
        let first = labels[0]
        return first.count == 2 && ByteClass.isDigit(first[first.startIndex]) && first.last == UInt8(ascii: "x")
    }
}
