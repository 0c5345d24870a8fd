/// Every `sk-ant-…`: API keys, admin keys, OAuth access and refresh tokens, session keys, and odd ones.
struct AnthropicDetector: SecretDetector {
    let anchors = [Anchor("sk-ant-")]

    func find(in text: inout LogicalText, at anchor: Int, into matches: inout [SecretMatch]) {
        let start = anchor + 7
        let end = text.run(from: start, while: ByteClass.isTokenByte)
        // `sk-ant-api03-...` in prose has nothing but the type behind the prefix.
        guard end - start >= 8 else { return }
        let rest = text.bytes[start..<end]
        let value = rest.drop { $0 != 0x2D }.dropFirst()
        guard !isFiller(value.isEmpty ? rest : value), !rest.starts(with: Array("your".utf8)) else { return }
        matches.append(SecretMatch(anchor..<end, .anthropic))
    }

    private func isFiller(_ value: ArraySlice<UInt8>) -> Bool {
        value.allSatisfy { $0 | 0x20 == 0x78 || $0 == 0x2D || $0 == 0x5F }
    }
}
