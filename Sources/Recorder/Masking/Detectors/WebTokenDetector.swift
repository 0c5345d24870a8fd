/// JSON web tokens: base64url parts joined by dots, the first of which begins with `{"` and so with `eyJ`.
struct WebTokenDetector: SecretDetector {
    let anchors = [Anchor("eyJ")]

    func find(in text: inout LogicalText, at anchor: Int, into matches: inout [SecretMatch]) {
        var position = anchor
        var parts = 0
        var end = anchor
        var secondStart = anchor
        while parts < 5 {
            let partEnd = text.run(from: position, while: ByteClass.isTokenByte)
            // The last part may be empty (`alg` none); in encrypted tokens the second may be.
            guard partEnd > position || parts > 0 else { return }
            parts += 1
            end = partEnd
            if parts == 2 { secondStart = position }
            guard partEnd < text.count, text.bytes[partEnd] == 0x2E else { break }
            position = partEnd + 1
        }
        guard parts >= 2, end - anchor >= 20 else { return }
        // `eyJ….png` is no token: the second part is JSON again, or this is one of five parts.
        guard text.hasBytes("eyJ", at: secondStart) || parts == 5 else { return }
        if text.bytes[end - 1] == 0x2E { end -= 1 }
        matches.append(SecretMatch(anchor..<end, .jwt))
    }
}
