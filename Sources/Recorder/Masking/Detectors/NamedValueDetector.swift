/// Values next to a credential-like name: `"api_key": "…"`, `password=…`, `export TOKEN=…`, `--secret …`.
struct NamedValueDetector: SecretDetector {
    let anchors =
        [
            Anchor("token", anyCase: true), Anchor("secret", anyCase: true),
            Anchor("passwo", anyCase: true, probe: 2), Anchor("passwd", anyCase: true, probe: 2),
            Anchor("passph", anyCase: true, probe: 2), Anchor("passco", anyCase: true, probe: 2),
            Anchor("credential", anyCase: true), Anchor("authorization", anyCase: true, probe: 5),
            Anchor("auth", anyCase: true),
        ]
        + ["pwd", "key", "pass"].map { Anchor($0, anyCase: true, followers: Anchor.nameEnds) }
        + ["pass\"", "pass=", "pass:", "pass'", "pass\\"].map { Anchor($0, anyCase: true, probe: 1) }
    var lookBehind: Int { 80 }

    private static func isNameByte(_ byte: UInt8) -> Bool { ByteClass.isTokenByte(byte) || byte == 0x2E }

    func isPlausible(_ raw: UnsafeRawBufferPointer, anchor: Range<Int>) -> Bool {
        var position = anchor.lowerBound
        let limit = min(raw.count, position + 48)
        while position < limit, NamedValueDetector.isNameByte(raw[position]) { position += 1 }
        guard position < limit else { return false }
        // A plural is no single value.
        if raw[position - 1] | 0x20 == UInt8(ascii: "s"), anchor.count < 10 { return false }
        let nameEnd = position
        while position < limit, [0x22, 0x27, 0x5C, 0x5D, 0x20, 0x09].contains(raw[position]) { position += 1 }
        guard position < limit else { return false }
        switch raw[position] {
        case 0x3A, 0x3D, 0x3E: return true
        // Percent-encoding or `--name value`.
        case 0x25: return true
        default: return raw[nameEnd] == 0x20 || raw[nameEnd] == 0x5C || raw[nameEnd] == 0x22
        }
    }

    func find(in text: inout LogicalText, at anchor: Int, into matches: inout [SecretMatch]) {
        var start = anchor
        while start > 0, anchor - start < 64, NamedValueDetector.isNameByte(text.bytes[start - 1]) { start -= 1 }
        let end = text.run(from: anchor, limit: 64, while: NamedValueDetector.isNameByte)
        // A placeholder's own kind: `***masked:secret:…`.
        if start > 0, text.bytes[start - 1] == 0x3A, text.hasBytes("masked", at: start - 7) { return }
        let dot = text.bytes[start..<end].lastIndex(of: 0x2E).map { $0 + 1 } ?? start
        guard dot <= anchor, let name = CredentialName(text.bytes[dot..<end]) else { return }
        guard let value = NamedValue(in: &text, nameStart: start, nameEnd: end, name: name) else { return }
        var range = value.range
        if name == .authorization || name == .secret { range = withoutScheme(range, text) }
        let bytes = text.bytes[range]
        guard !Tagger.isMasked(bytes), accepts(bytes, of: value, name: name) else { return }
        let kind: MaskKind = AWSDetector.isSecretKey(bytes) ? .aws : .secret
        matches.append(SecretMatch(range, kind, contextStart: start, isByName: true))
    }

    private func withoutScheme(_ range: Range<Int>, _ text: LogicalText) -> Range<Int> {
        let value = text.bytes[range]
        for scheme in ["bearer ", "basic ", "token ", "apikey "] {
            guard value.count > scheme.utf8.count else { continue }
            let front = value.prefix(scheme.utf8.count).map { ByteClass.isUpper($0) ? $0 | 0x20 : $0 }
            if front == Array(scheme.utf8) { return (range.lowerBound + scheme.utf8.count)..<range.upperBound }
        }
        return range
    }

    private func accepts(_ bytes: ArraySlice<UInt8>, of value: NamedValue, name: CredentialName) -> Bool {
        if name == .oauth, value.isQuoted { return !bytes.isEmpty && !SecretShape.isStandIn(bytes) }
        guard bytes.count >= 8, !SecretShape.isStandIn(bytes) else { return false }
        if value.isQuoted {
            guard name == .password else { return SecretShape.isRandom(bytes) || isPhraseOfToken(bytes) }
            return isPassword(bytes)
        }
        // Without quotes it may as well be code: `password = user.password`, `token: String`, `key = keys[0]`.
        if value.isCode { return false }
        let hasDigit = bytes.contains(where: ByteClass.isDigit)
        let hasSpecial = bytes.contains {
            $0 < 0x80 && !ByteClass.isAlphanumeric($0) && ![0x5F, 0x2D, 0x2E].contains($0)
        }
        if value.isTight, name == .password || name == .oauth {
            return hasDigit || hasSpecial || bytes.contains(0x2D)
        }
        return (hasDigit || hasSpecial || bytes.count >= 20) && SecretShape.isRandom(bytes)
    }

    /// A quoted token that is no single piece only because punctuation stands in it.
    private func isPhraseOfToken(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard !bytes.contains(where: ByteClass.isSpace), bytes.contains(where: ByteClass.isDigit) else { return false }
        // `s3cr3t-value-2024`: digits inside a word.
        for index in bytes.indices.dropFirst().dropLast()
        where ByteClass.isDigit(bytes[index]) && ByteClass.isLetter(bytes[index - 1])
            && ByteClass.isLetter(bytes[index + 1])
        {
            return true
        }
        return false
    }

    /// A literal next to a password name, unless it is a word, an identifier of words or a sentence.
    private func isPassword(_ bytes: ArraySlice<UInt8>) -> Bool {
        let hasDigit = bytes.contains(where: ByteClass.isDigit)
        let hasSpace = bytes.contains(where: ByteClass.isSpace)
        if bytes.allSatisfy(ByteClass.isLetter) { return SecretShape.isRandom(bytes, minimum: 12) }
        if hasSpace {
            // Sentences have no digits in words and end in punctuation; pass phrases are neither.
            return hasDigit && bytes.count < 80 && SecretShape.isRandom(ArraySlice(bytes.filter { $0 != 0x20 }))
        }
        if !hasDigit, bytes.allSatisfy({ ByteClass.isLetter($0) || $0 == 0x5F || $0 == 0x2E }) { return false }
        let lower = String(decoding: bytes, as: UTF8.self).lowercased()
        if !hasDigit,
            ["password", "passwd", "token", "secret", "current-", "new-"].contains(where: { lower.contains($0) })
        {
            return false
        }
        return true
    }
}
