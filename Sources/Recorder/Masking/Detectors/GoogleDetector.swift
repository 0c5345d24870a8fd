/// Google API keys (`AIza…`), OAuth access (`ya29.…`) and refresh tokens (`1//0…`), client secrets (`GOCSPX-…`).
struct GoogleDetector: SecretDetector {
    let anchors = [Anchor("AIza"), Anchor("ya29."), Anchor("1//0"), Anchor("GOCSPX-")]

    func find(in text: inout LogicalText, at anchor: Int, into matches: inout [SecretMatch]) {
        if anchor > 0, ByteClass.isAlphanumeric(text.bytes[anchor - 1]) { return }
        let end: Int
        let minimum: Int
        switch text.bytes[anchor] {
        case UInt8(ascii: "A"):
            end = text.run(from: anchor, while: ByteClass.isTokenByte)
            minimum = 35
        case UInt8(ascii: "y"):
            end = text.run(from: anchor) { ByteClass.isTokenByte($0) || $0 == 0x2E }
            minimum = 25
        case UInt8(ascii: "1"):
            end = text.run(from: anchor + 3, while: ByteClass.isTokenByte)
            minimum = 40
        default:
            end = text.run(from: anchor, while: ByteClass.isTokenByte)
            minimum = 7 + 20
        }
        var last = end
        while last > anchor, text.bytes[last - 1] == 0x2E { last -= 1 }
        guard last - anchor >= minimum else { return }
        matches.append(SecretMatch(anchor..<last, .google))
    }
}
