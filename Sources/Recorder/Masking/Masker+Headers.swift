extension Masker {
    private static let scanFrom = 6

    /// Masks the value of one header line.
    ///
    /// - Parameters:
    ///   - name: The header's name in any case.
    ///   - value: Its value.
    /// - Returns: What to store, or `nil` when the value may be stored as it is.
    package func maskedHeaderValue(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) -> [UInt8]? {
        guard !value.isEmpty else { return nil }
        switch HeaderRule.rule(for: name) {
        case .verbatim: return value.count < Masker.scanFrom ? nil : masked(value, as: .text)
        case .authorization: return maskedAuthorization(value)
        case .cookie: return maskedCookies(value, keepsAttributes: false)
        case .setCookie: return maskedCookies(value, keepsAttributes: true)
        case .masked:
            let replacement = maskedWhole(value, orAs: .header)
            return replacement.elementsEqual(value) ? nil : replacement
        }
    }

    /// Masks a block of header lines; names stay unless a secret stands in one.
    package func masked(_ headers: HeaderBlock) -> HeaderBlock {
        var result = HeaderBlock()
        for index in headers.indices {
            let name = headers.name(at: index)
            let value = headers.value(at: index)
            name.withUnsafeBytes { nameBytes in
                let newName = nameBytes.count < 16 ? nil : masked(nameBytes, as: .text)
                let newValue = value.withUnsafeBytes { maskedHeaderValue(name: nameBytes, value: $0) }
                result.append(name: newName.map { $0[...] } ?? name, value: newValue.map { $0[...] } ?? value)
            }
        }
        return result
    }

    /// One placeholder for all of `value`: with a detector's kind when its secret is the whole value.
    private func maskedWhole(_ value: UnsafeRawBufferPointer, orAs kind: MaskKind) -> [UInt8] {
        var bounds = value.indices
        while let first = bounds.first, ByteClass.isSpace(value[first]) { bounds = bounds.dropFirst() }
        while let last = bounds.last, ByteClass.isSpace(value[last]) { bounds = bounds.dropLast() }
        let core = UnsafeRawBufferPointer(rebasing: value[bounds])
        if core.isEmpty || Tagger.placeholderLength(core) == core.count { return Array(value) }
        var scanner = TextScanner(tagger: tagger)
        let findings = scanner.scan(core)
        if findings.count == 1, findings[0].range == core.indices, findings[0].kind != .email {
            return findings[0].replacement
        }
        var text = LogicalText()
        text.fill(core, core.indices)
        return tagger.placeholder(AWSDetector.isSecretKey(text.bytes[...]) ? .aws : kind, text.bytes)
    }

    private func maskedAuthorization(_ value: UnsafeRawBufferPointer) -> [UInt8]? {
        var start = 0
        var end = 0
        // A scheme is a word of letters, digits and dashes in front of a space (RFC 9110 section 11.4).
        while end < value.count, ByteClass.isTokenByte(value[end]) { end += 1 }
        if end > 0, end < value.count, value[end] == 0x20, end <= 24, isScheme(value[0..<end]) {
            start = end
            while start < value.count, value[start] == 0x20 { start += 1 }
        }
        let credentials = UnsafeRawBufferPointer(rebasing: value[start...])
        guard !credentials.isEmpty else { return nil }
        let scheme = String(decoding: value[0..<end], as: UTF8.self).lowercased()
        let kind: MaskKind
        switch start > 0 ? scheme : "" {
        case "basic": kind = .basic
        case "bearer": kind = .bearer
        case "aws4-hmac-sha256": kind = .aws
        default: kind = .header
        }
        let result = value[0..<start] + maskedWhole(credentials, orAs: kind)
        return result.elementsEqual(value) ? nil : Array(result)
    }

    /// A scheme begins with a letter and is no secret itself.
    private func isScheme(_ word: Slice<UnsafeRawBufferPointer>) -> Bool {
        let known = [
            "basic", "bearer", "digest", "negotiate", "token", "apikey", "hoba", "mutual", "aws4-hmac-sha256", "key",
            "oauth", "dpop", "gnap", "ntlm", "scram-sha-256", "vapid", "hawk", "signature",
        ]
        return known.contains(String(decoding: word, as: UTF8.self).lowercased())
    }

    private func maskedCookies(_ value: UnsafeRawBufferPointer, keepsAttributes: Bool) -> [UInt8]? {
        var output: [UInt8] = []
        var position = 0
        var isFirst = true
        while position <= value.count {
            var end = position
            var equals: Int?
            while end < value.count, value[end] != 0x3B {
                if value[end] == 0x3D, equals == nil { equals = end }
                end += 1
            }
            if let equals, isFirst || !keepsAttributes || !isAttribute(value[position..<equals]) {
                output.append(contentsOf: value[position...equals])
                let content = UnsafeRawBufferPointer(rebasing: value[(equals + 1)..<end])
                output.append(contentsOf: content.isEmpty ? [] : maskedWhole(content, orAs: .cookie))
            } else if equals == nil, isFirst || !keepsAttributes, end > position {
                // A cookie without a name is all value.
                var start = position
                while start < end, value[start] == 0x20 { start += 1 }
                output.append(contentsOf: value[position..<start])
                let content = UnsafeRawBufferPointer(rebasing: value[start..<end])
                output.append(contentsOf: content.isEmpty ? [] : maskedWhole(content, orAs: .cookie))
            } else {
                output.append(contentsOf: value[position..<end])
            }
            if end < value.count { output.append(0x3B) }
            isFirst = false
            position = end + 1
        }
        if output.elementsEqual(value) { return nil }
        // Names and attributes may hold secrets, too.
        return output.withUnsafeBytes { masked($0, as: .text) } ?? output
    }

    private func isAttribute(_ name: Slice<UnsafeRawBufferPointer>) -> Bool {
        let word = String(decoding: name.filter { $0 != 0x20 }, as: UTF8.self).lowercased()
        return ["expires", "max-age", "domain", "path", "samesite", "priority", "version"].contains(word)
    }
}
