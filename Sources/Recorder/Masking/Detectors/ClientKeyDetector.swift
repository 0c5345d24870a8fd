/// Client keys: `ccf_` and 64 hexadecimal digits.
struct ClientKeyDetector: SecretDetector {
    let anchors = [Anchor("ccf_")]

    func find(in text: inout LogicalText, at anchor: Int, into matches: inout [SecretMatch]) {
        let end = text.run(from: anchor + 4, while: ByteClass.isHex)
        guard end - anchor >= 4 + 32 else { return }
        matches.append(SecretMatch(anchor..<end, .ccf))
    }
}
