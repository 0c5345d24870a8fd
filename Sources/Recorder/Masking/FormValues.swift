/// Values of credential-like names in a form or a query: there a name and a value are certain, whatever they look like.
enum FormValues {
    /// Names that carry credentials in URLs and OAuth forms although in prose they are ordinary words.
    private static let names: Set<String> = [
        "key", "sig", "signature", "code", "codeverifier", "clientassertion", "assertion", "devicecode", "auth", "jwt",
        "xamzsignature", "xamzcredential", "xamzsecuritytoken", "sas", "otp", "pin", "session", "sid", "ticket",
    ]

    static func findings(in raw: UnsafeRawBufferPointer, scanner: inout TextScanner) -> [Finding] {
        var findings: [Finding] = []
        var position = 0
        while position < raw.count {
            var end = position
            var equals: Int?
            while end < raw.count, raw[end] != 0x26, raw[end] != 0x3B || equals == nil {
                if raw[end] == 0x3D, equals == nil { equals = end }
                end += 1
            }
            if let equals, equals - position <= 256, equals + 1 < end {
                if let finding = finding(raw, position..<equals, (equals + 1)..<end, &scanner) {
                    findings.append(finding)
                }
            }
            position = end + 1
        }
        return findings
    }

    private static func finding(
        _ raw: UnsafeRawBufferPointer,
        _ name: Range<Int>,
        _ value: Range<Int>,
        _ scanner: inout TextScanner
    ) -> Finding? {
        var text = LogicalText()
        text.fill(raw, name)
        let letters = String(decoding: text.bytes.filter(ByteClass.isAlphanumeric), as: UTF8.self).lowercased()
        guard CredentialName(text.bytes[...]) != nil || names.contains(letters) else { return nil }
        var end = value.upperBound
        while end > value.lowerBound, raw[end - 1] == 0x0A || raw[end - 1] == 0x0D { end -= 1 }
        text.fill(raw, value.lowerBound..<end)
        guard !text.bytes.isEmpty, !Tagger.isMasked(text.bytes[...]) else { return nil }
        let kind: MaskKind = AWSDetector.isSecretKey(text.bytes[...]) ? .aws : .secret
        return Finding(
            range: value.lowerBound..<end,
            kind: kind,
            replacement: scanner.tagger.placeholder(kind, text.bytes),
            contextStart: name.lowerBound,
            isByName: true,
            rank: Detectors.all.count
        )
    }
}
