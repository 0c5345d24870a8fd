/// OpenAI keys: project, service account, admin and legacy ones; also other vendors' `sk-` keys of that shape.
struct OpenAIDetector: SecretDetector {
    let anchors = [Anchor("sk-")]

    func isPlausible(_ raw: UnsafeRawBufferPointer, anchor: Range<Int>) -> Bool {
        // `task-notification`: fewer than 20 token bytes follow, unless an escape hides some.
        var position = anchor.upperBound
        let end = min(raw.count, position + 20)
        while position < end, ByteClass.isTokenByte(raw[position]) { position += 1 }
        return position == end || raw[position] == 0x5C || raw[position] == 0x25
    }

    func find(in text: inout LogicalText, at anchor: Int, into matches: inout [SecretMatch]) {
        if anchor > 0, ByteClass.isAlphanumeric(text.bytes[anchor - 1]) { return }
        guard !text.hasBytes("ant-", at: anchor + 3) else { return }
        let end = text.run(from: anchor + 3, while: ByteClass.isTokenByte)
        let value = text.bytes[(anchor + 3)..<end]
        guard value.count >= 20, !SecretShape.isStandIn(value) else { return }
        let hasVendorPrefix =
            text.hasBytes("proj-", at: anchor + 3) || text.hasBytes("svcacct-", at: anchor + 3)
            || text.hasBytes("admin-", at: anchor + 3)
        guard hasVendorPrefix && !SecretShape.isWordy(value) || value.count >= 32 && SecretShape.isRandom(value) else {
            return
        }
        matches.append(SecretMatch(anchor..<end, .openai))
    }
}
