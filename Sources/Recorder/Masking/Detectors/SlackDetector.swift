/// Slack tokens: `xoxb-`, `xoxp-` and their relatives, app tokens, and rotating ones (`xoxe.xoxp-`).
struct SlackDetector: SecretDetector {
    let anchors = [Anchor("xox", followers: Array("abcdeoprs".utf8)), Anchor("xapp-")]

    func find(in text: inout LogicalText, at anchor: Int, into matches: inout [SecretMatch]) {
        if anchor > 0, ByteClass.isAlphanumeric(text.bytes[anchor - 1]) || text.bytes[anchor - 1] == 0x2E { return }
        guard anchor + 5 < text.count, text.bytes[anchor + 4] == 0x2D || text.hasBytes(".xox", at: anchor + 4) else {
            return
        }
        let end = text.run(from: anchor + 5) { ByteClass.isTokenByte($0) || $0 == 0x2E }
        var last = end
        while last > anchor, text.bytes[last - 1] == 0x2E { last -= 1 }
        let value = text.bytes[min(anchor + 5, last)..<last]
        guard value.count >= 10, value.contains(where: ByteClass.isDigit), !SecretShape.isStandIn(value) else { return }
        matches.append(SecretMatch(anchor..<last, .slack))
    }
}
