/// GitHub tokens: personal (`ghp_`, `github_pat_`), OAuth (`gho_`), user, server and refresh tokens of apps.
struct GitHubDetector: SecretDetector {
    let anchors = ["ghp_", "gho_", "ghu_", "ghs_", "ghr_"].map { Anchor($0) } + [Anchor("github_pat_", probe: 3)]

    func find(in text: inout LogicalText, at anchor: Int, into matches: inout [SecretMatch]) {
        if anchor > 0, ByteClass.isAlphanumeric(text.bytes[anchor - 1]) { return }
        let prefix = text.bytes[anchor + 2] == UInt8(ascii: "t") ? 11 : 4
        let end = text.run(from: anchor + prefix) { ByteClass.isAlphanumeric($0) || $0 == 0x5F }
        let value = text.bytes[(anchor + prefix)..<end]
        guard value.count >= 22, !SecretShape.isStandIn(value), !SecretShape.isWordy(value) else { return }
        matches.append(SecretMatch(anchor..<end, .github))
    }
}
