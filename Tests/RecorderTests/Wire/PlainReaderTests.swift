import Recorder
import Testing

struct PlainReaderTests {
    @Test(
        "text comes without percent-encoding and JSON escapes",
        arguments: [
            ("a%2Ab", "a*b"), ("%252A", "*"), (#"\u002a"#, "*"), (#"\\\\u002a"#, "*"), (#"a\nb"#, "a\nb"),
            (#"gr\u00fcn"#, "grün"), ("%zz%2", nil), ("plain", nil), (#"\"x\""#, #""x""#),
        ]
    )
    func plain(text: String, expected: String?) {
        #expect(PlainReader.plain(Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) } == expected)
    }

    @Test("no text makes it read beyond its end or stop before it")
    func fuzz() {
        let alphabet = Array(#"%\u2a0n"Zz"#.utf8)
        var seed: UInt64 = 7
        for _ in 0..<2000 {
            let text = (0..<12).map { _ -> UInt8 in
                seed = seed &* 6_364_136_223_846_793_005 &+ 1
                return alphabet[Int(seed >> 33) % alphabet.count]
            }
            text.withUnsafeBytes { bytes in
                var reader = PlainReader(bytes)
                var last = 0
                while reader.next() != nil {
                    #expect(reader.start >= last)
                    #expect(reader.position <= bytes.count)
                    last = reader.start
                }
                #expect(reader.position == bytes.count)
            }
        }
    }
}
