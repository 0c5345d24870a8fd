/// PEM blocks with a private key, from the first dash to the last.
struct PrivateKeyDetector: SecretDetector {
    let anchors = [Anchor("-----BEGIN", probe: 5)]
    /// The longest block; an RSA key of 16384 bits takes 12.7 KB.
    private static let longest = 32 << 10

    func find(in text: inout LogicalText, at anchor: Int, into matches: inout [SecretMatch]) {
        let label = text.run(from: anchor + 10, limit: 40) {
            ByteClass.isUpper($0) || $0 == 0x20 || ByteClass.isDigit($0)
        }
        let header = text.bytes[(anchor + 10)..<label]
        guard contains(header, "PRIVATE KEY"), text.hasBytes("-----", at: label) else { return }
        var position = label + 5
        let limit = min(text.count, anchor + PrivateKeyDetector.longest)
        while position < limit {
            if text.hasBytes("-----END", at: position) {
                let name = text.run(from: position + 8, limit: 48) { $0 != 0x2D && $0 != 0x0A }
                let end = text.run(from: name, limit: 5) { $0 == 0x2D }
                matches.append(SecretMatch(anchor..<end, .privateKey))
                return
            }
            let byte = text.bytes[position]
            // Beside the base64 lines a block may carry headers such as `Proc-Type: 4,ENCRYPTED`.
            guard
                ByteClass.isBase64(byte) || ByteClass.isSpace(byte)
                    || [0x3D, 0x3A, 0x2C, 0x2E, 0x5C, 0x3E].contains(byte)
            else { break }
            position += 1
        }
        if position == text.count && !text.isComplete { text.wantsMore = true }
        // Without its end the block is cut off; what is there is secret all the same.
        guard position - label > 5 + 16 else { return }
        matches.append(SecretMatch(anchor..<position, .privateKey))
    }

    private func contains(_ bytes: ArraySlice<UInt8>, _ word: String) -> Bool {
        String(decoding: bytes, as: UTF8.self).contains(word)
    }
}
