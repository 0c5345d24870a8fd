import Testing

@testable import Recorder

struct BodyMaskerTests {
    static let secret = Planted.secrets[0].text
    static let marker = Planted.placeholder(.anthropic, secret)

    /// Feeds a body in pieces and checks that the lengths add up.
    static func mask(
        _ body: [UInt8],
        pieces: [Int],
        type: String?,
        encoding: String? = nil
    ) throws -> (bytes: [UInt8], lengths: [Int], omitted: String?) {
        var masker = BodyMasker(Planted.masker, contentType: type, contentEncoding: encoding)
        var bytes: [UInt8] = []
        var lengths: [Int] = []
        var position = 0
        for piece in pieces {
            let part = body[position..<(position + piece)].withUnsafeBytes { masker.feed($0) }
            bytes += part.bytes
            lengths += part.chunkLengths
            position += piece
        }
        let part = masker.finish()
        bytes += part.bytes
        lengths += part.chunkLengths
        if masker.omitted == nil {
            #expect(lengths.count == pieces.count)
            #expect(lengths.reduce(0, +) == bytes.count)
        }
        return (bytes, lengths, masker.omitted)
    }

    static func even(_ count: Int, by size: Int) -> [Int] {
        stride(from: 0, to: count, by: size).map { min(size, count - $0) }
    }

    static func pack(_ text: [UInt8], pieces: [Int], _ format: InflateStream.Format) throws -> ([UInt8], [Int]) {
        var packer = try DeflateStream(format)
        var packed: [UInt8] = []
        var lengths: [Int] = []
        var position = 0
        for (number, piece) in pieces.enumerated() {
            let known = packed.count
            text[position..<(position + piece)].withUnsafeBytes {
                packer.deflate($0, flush: number == pieces.count - 1 ? .finish : .sync, into: &packed)
            }
            lengths.append(packed.count - known)
            position += piece
        }
        return (packed, lengths)
    }

    @Test func everySplitPointGivesTheSameBytes() throws {
        let body = Array("{\"a\":\"x \(Self.secret) y\",\"m\":\"joe@example.org\"}".utf8)
        let expected = Planted.masked(String(decoding: body, as: UTF8.self), .json)
        for split in 1..<body.count {
            let result = try Self.mask(body, pieces: [split, body.count - split], type: "application/json")
            #expect(String(decoding: result.bytes, as: UTF8.self) == expected)
        }
        let single = try Self.mask(body, pieces: Self.even(body.count, by: 1), type: "application/json")
        #expect(String(decoding: single.bytes, as: UTF8.self) == expected)
    }

    @Test func aChunkKeepsWhatBeganInIt() throws {
        let body = Array("head \(Self.secret) tail".utf8)
        let inside = 5 + Self.secret.utf8.count / 2
        let result = try Self.mask(body, pieces: [2, inside - 2, 4, body.count - inside - 4], type: "text/plain")
        #expect(result.lengths == [2, 3 + Self.marker.utf8.count, 0, 5])
        let whole = body.withUnsafeBytes {
            Planted.masker.maskedBody(
                $0,
                chunkLengths: [2, inside - 2, 4, body.count - inside - 4],
                contentType: "text/plain",
                contentEncoding: nil
            )
        }
        guard case .masked(let bytes, let lengths) = whole else {
            Issue.record("not masked: \(whole)")
            return
        }
        #expect(bytes == result.bytes)
        #expect(lengths == result.lengths)
    }

    @Test(arguments: [1021, 4096, 65_536, 300_000])
    func aLargeBodyIsTheSameHoweverItIsCut(size: Int) throws {
        var random = SplitMix(seed: 99)
        var text = ""
        while text.utf8.count < 1 << 20 {
            text +=
                "data: {\"type\":\"x\",\"n\":\(Int.random(in: 0..<1000, using: &random)),\"text\":\"some words here\"}\n\n"
            if Int.random(in: 0..<20, using: &random) == 0 {
                let (_, secret) = Planted.secrets.randomElement(using: &random) ?? (.email, "")
                let split = secret.index(secret.startIndex, offsetBy: 6)
                text += DeltaMaskingTests.event(0, "text_delta", "text", "a " + secret[..<split])
                text += DeltaMaskingTests.event(1, "text_delta", "text", "a ")
                text += DeltaMaskingTests.event(0, "text_delta", "text", secret[split...] + " b")
                text += "data: {\"k\":\"\(secret)\"}\n\n"
            }
        }
        let body = Array(text.utf8)
        let whole = Planted.masked(text, .eventStream)
        let result = try Self.mask(body, pieces: Self.even(body.count, by: size), type: "text/event-stream")
        #expect(result.bytes == Array(whole.utf8))
        for (_, secret) in Planted.secrets { #expect(!whole.contains(secret)) }
    }

    @Test(arguments: [InflateStream.Format.gzip, .deflate])
    func aCompressedBodyStaysAsItIsWhenClean(format: InflateStream.Format) throws {
        let text = Array("{\"content\":\"nothing here\"}".utf8)
        let (packed, lengths) = try Self.pack(text, pieces: [10, text.count - 10], format)
        let name = format == .gzip ? "gzip" : "deflate"
        let result = try Self.mask(packed, pieces: lengths, type: "application/json", encoding: name)
        #expect(result.bytes == packed)
        #expect(result.lengths == lengths)
        let whole = packed.withUnsafeBytes {
            Planted.masker.maskedBody($0, chunkLengths: lengths, contentType: "application/json", contentEncoding: name)
        }
        guard case .unchanged = whole else {
            Issue.record("\(whole)")
            return
        }
    }

    @Test(arguments: [InflateStream.Format.gzip, .deflate])
    func aCompressedBodyIsPackedAnewWithReadableChunks(format: InflateStream.Format) throws {
        let text = Array("{\"content\":\"\(Self.secret) and more\"}".utf8)
        let name = format == .gzip ? "gzip" : "deflate"
        let expected = "{\"content\":\"\(Self.marker) and more\"}"
        for split in stride(from: 1, to: text.count, by: 7) {
            let (packed, lengths) = try Self.pack(text, pieces: [split, text.count - split], format)
            let parts = try Self.mask(packed, pieces: lengths, type: "application/json", encoding: name)
            let whole = packed.withUnsafeBytes {
                Planted.masker.maskedBody(
                    $0,
                    chunkLengths: lengths,
                    contentType: "application/json",
                    contentEncoding: name
                )
            }
            guard case .masked(let bytes, let newLengths) = whole else {
                Issue.record("\(whole)")
                return
            }
            #expect(newLengths.reduce(0, +) == bytes.count)
            #expect(newLengths.count == lengths.count)
            for masked in [bytes, parts.bytes] {
                let unpacked = try CompressionTests.unpack(masked, format)
                #expect(String(decoding: unpacked.bytes, as: UTF8.self) == expected)
                #expect(unpacked.isFinished)
            }
            let first = try CompressionTests.unpack(Array(bytes[..<newLengths[0]]), format)
            #expect(expected.utf8.starts(with: first.bytes))
        }
    }

    @Test func aTruncatedCompressedBodyStaysTruncated() throws {
        let text = Array("data: {\"a\":\"\(Self.secret)\"}\n\ndata: more and more text\n\n".utf8)
        let (packed, _) = try Self.pack(text, pieces: [90, text.count - 90], .gzip)
        let cut = Array(packed.dropLast(9))
        let result = try Self.mask(cut, pieces: [cut.count], type: "text/event-stream", encoding: "gzip")
        let unpacked = try CompressionTests.unpack(result.bytes, .gzip)
        #expect(!unpacked.isFinished)
        #expect(String(decoding: unpacked.bytes, as: UTF8.self).contains(Self.marker))
    }

    @Test func aLargeCompressedBodyIsMaskedInParts() throws {
        var random = SplitMix(seed: 5)
        var text = ""
        while text.utf8.count < 6 << 20 {
            text += "{\"n\":\"\(random.next())\(random.next())\(random.next())\"}\n"
            if random.next() % 5000 == 0 { text += "{\"k\":\"\(Self.secret)\"}\n" }
        }
        let bytes = Array(text.utf8)
        let (packed, lengths) = try Self.pack(bytes, pieces: Self.even(bytes.count, by: 100_000), .gzip)
        #expect(packed.count > BodyMasker.wireBudget)
        let result = try Self.mask(packed, pieces: lengths, type: "application/x-ndjson", encoding: "gzip")
        let unpacked = try CompressionTests.unpack(result.bytes, .gzip, limit: 64 << 20)
        #expect(unpacked.isFinished)
        #expect(unpacked.bytes == Array(text.replacing(Self.secret, with: Self.marker).utf8))
    }

    @Test(
        arguments: [
            ("image/png", nil), ("application/octet-stream", nil), ("application/json", "br"),
            ("application/json", "zstd"),
            ("text/plain; charset=utf-16", nil), ("application/vnd.amazon.eventstream", nil), ("application/zip", nil),
            ("application/json", "gzip, br"), ("application/json", "gzip"),
        ] as [(String, String?)]
    )
    func whatCannotBeReadIsNotStored(type: String, encoding: String?) throws {
        let body = Array("plain \(Self.secret)".utf8)
        let whole = body.withUnsafeBytes {
            Planted.masker.maskedBody($0, chunkLengths: [], contentType: type, contentEncoding: encoding)
        }
        guard case .omitted(let reason) = whole else {
            Issue.record("\(whole)")
            return
        }
        #expect(!reason.isEmpty)
        let result = try Self.mask(body, pieces: [body.count], type: type, encoding: encoding)
        #expect(result.bytes.isEmpty)
        #expect(result.omitted != nil)
    }

    @Test func bytesThatAreNoTextAreNotStoredUnderATextType() {
        for body: [UInt8] in [[0xFF, 0xFE, 0x41, 0], [0x7B, 0, 0x22, 0], [0, 0, 0, 0x41]] {
            let whole = body.withUnsafeBytes {
                Planted.masker.maskedBody($0, chunkLengths: [], contentType: "application/json", contentEncoding: nil)
            }
            guard case .omitted = whole else {
                Issue.record("\(whole)")
                continue
            }
        }
    }

    @Test("a body whose later parts are no text is given up, wherever it is cut", arguments: [1, 3, 4096])
    func givesUpLateBinary(size: Int) throws {
        let text = Array(repeating: UInt8(ascii: "a"), count: 200_000)
        let wide = Array("sk-ant-api03-planted".utf16).flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        let key = try #require(MaskingKey(bytes: Array(repeating: 7, count: 32)))
        for tail in [wide, [0xC3, 0x28]] {
            var masker = BodyMasker(Masker(key: key), contentType: "application/json", contentEncoding: nil)
            let body = text + tail
            var position = size == 1 ? 199_000 : 0
            if position > 0 { _ = body[..<position].withUnsafeBytes { masker.feed($0) } }
            while position < body.count {
                let end = min(body.count, position + size)
                _ = body[position..<end].withUnsafeBytes { masker.feed($0) }
                position = end
            }
            #expect(masker.finish().bytes.isEmpty)
            #expect(masker.omitted == "not UTF-8")
        }
    }

    @Test("characters of several bytes may be cut anywhere")
    func acceptsCutCharacters() throws {
        let body = Array("{\"a\":\"äöü € 😀 \u{10FFFF}\"}".utf8)
        var check = TextCheck(needsProof: true)
        #expect(body.allSatisfy { byte in withUnsafeBytes(of: byte) { check.isText($0) } })
        #expect(body.withUnsafeBytes { TextCheck.fault(of: $0, needsProof: true) } == nil)
        for broken in [[0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE0, 0x80, 0x80], [0x80]]
            as [[UInt8]]
        {
            #expect(broken.withUnsafeBytes { TextCheck.fault(of: $0, needsProof: true) } != nil)
        }
    }
}
