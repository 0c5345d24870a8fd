/// What follows the words `Bearer` and `Basic`, as in an `Authorization` header that is quoted in a text.
struct AuthorizationDetector: SecretDetector {
    let anchors = [Anchor("bearer", anyCase: true), Anchor("basic", anyCase: true)]
    var lookBehind: Int { 48 }

    func isPlausible(_ raw: UnsafeRawBufferPointer, anchor: Range<Int>) -> Bool {
        let end = anchor.upperBound
        guard end + 8 < raw.count, [0x20, 0x25, 0x5C, 0x09].contains(raw[end]) else { return false }
        // `basic understanding` and the like: lower-case letters up to the next space.
        var position = end + 1
        while position < raw.count, ByteClass.isLower(raw[position]) { position += 1 }
        return position == raw.count || ![0x20, 0x2E, 0x2C, 0x0A].contains(raw[position]) || position - end > 12
    }

    func find(in text: inout LogicalText, at anchor: Int, into matches: inout [SecretMatch]) {
        if anchor > 0, ByteClass.isAlphanumeric(text.bytes[anchor - 1]) { return }
        let isBearer = text.bytes[anchor] | 0x20 == UInt8(ascii: "b") && text.bytes[anchor + 1] | 0x20 == 0x65
        let wordEnd = anchor + (isBearer ? 6 : 5)
        let start = text.run(from: wordEnd, limit: 4) { $0 == 0x20 || $0 == 0x09 }
        guard start > wordEnd else { return }
        if isBearer {
            var end = text.run(from: start) {
                ByteClass.isTokenByte($0) || [0x2E, 0x7E, 0x2B, 0x2F, 0x3D].contains($0)
            }
            while end > start, text.bytes[end - 1] == 0x2E { end -= 1 }
            let value = text.bytes[start..<end]
            guard value.count >= 8, !SecretShape.isStandIn(value), SecretShape.isRandom(value) else { return }
            matches.append(SecretMatch(start..<end, .bearer, contextStart: anchor))
        } else {
            var end = text.run(from: start, while: ByteClass.isBase64)
            let padding = text.run(from: end, limit: 2) { $0 == 0x3D }
            guard let decoded = Base64.decode(text.bytes[start..<end]), end - start >= 6,
                decoded.contains(0x3A), Base64.isText(decoded[...])
            else { return }
            end = padding
            matches.append(SecretMatch(start..<end, .basic, contextStart: anchor))
        }
    }
}
