/// AWS access key ids, the secret keys right behind them, and session tokens.
///
/// A secret key has no mark of its own; next to a credential-like name `NamedValueDetector` finds it.
/// Prefixes: IAM user guide, "Understanding unique ID prefixes".
struct AWSDetector: SecretDetector {
    let anchors =
        ["AKIA", "ASIA", "ABIA", "ACCA"].map { Anchor($0) }
        + ["IQoJb3JpZ2lu", "FwoGZXIvYXdz", "FQoGZXIvYXdz"].map { Anchor($0) }

    func isPlausible(_ raw: UnsafeRawBufferPointer, anchor: Range<Int>) -> Bool {
        anchor.upperBound < raw.count
    }

    func find(in text: inout LogicalText, at anchor: Int, into matches: inout [SecretMatch]) {
        if text.bytes[anchor] != UInt8(ascii: "A") {
            let end = text.run(from: anchor) { ByteClass.isBase64($0) || $0 == 0x3D }
            if end - anchor >= 80 { matches.append(SecretMatch(anchor..<end, .aws)) }
            return
        }
        if anchor > 0, ByteClass.isAlphanumeric(text.bytes[anchor - 1]) { return }
        let end = text.run(from: anchor + 4) { ByteClass.isUpper($0) || ByteClass.isDigit($0) }
        guard end - anchor == 20 else { return }
        matches.append(SecretMatch(anchor..<end, .aws))
        // Pairs are pasted as `AKIA…:secret`, `AKIA…,secret` or in two columns.
        let gap = text.run(from: end, limit: 4) {
            ByteClass.isSpace($0) || [0x3A, 0x2C, 0x3B, 0x7C, 0x22].contains($0)
        }
        guard gap > end else { return }
        let secret = text.run(from: gap, limit: 41) { ByteClass.isAlphanumeric($0) || $0 == 0x2B || $0 == 0x2F }
        if AWSDetector.isSecretKey(text.bytes[gap..<secret]) {
            matches.append(SecretMatch(gap..<secret, .aws, contextStart: anchor))
        }
    }

    /// Whether a value has the shape of a secret access key: 40 base64 characters of all sorts.
    static func isSecretKey(_ value: ArraySlice<UInt8>) -> Bool {
        value.count == 40 && value.allSatisfy { ByteClass.isAlphanumeric($0) || $0 == 0x2B || $0 == 0x2F }
            && value.contains(where: ByteClass.isUpper) && value.contains(where: ByteClass.isLower)
            && value.contains(where: ByteClass.isDigit)
    }
}
