/// Stripe secret and restricted keys, live and test, and webhook secrets.
struct StripeDetector: SecretDetector {
    let anchors = ["sk_live_", "rk_live_", "sk_test_", "rk_test_", "whsec_"].map { Anchor($0) }

    func find(in text: inout LogicalText, at anchor: Int, into matches: inout [SecretMatch]) {
        if anchor > 0, ByteClass.isAlphanumeric(text.bytes[anchor - 1]) { return }
        let prefix = text.bytes[anchor] == UInt8(ascii: "w") ? 6 : 8
        let end = text.run(from: anchor + prefix, while: ByteClass.isAlphanumeric)
        let value = text.bytes[(anchor + prefix)..<end]
        guard value.count >= 16, !SecretShape.isStandIn(value) else { return }
        matches.append(SecretMatch(anchor..<end, .stripe))
    }
}
