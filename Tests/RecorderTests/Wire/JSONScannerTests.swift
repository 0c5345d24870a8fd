import Foundation
import Testing

@testable import Recorder

@Suite("JSON scanner")
struct JSONScannerTests {
    static let valid = [
        "{}", "[]", "\"\"", "0", "-0", "1.5e-7", "1E+2", "true", "false", "null", " \t\r\n{ } ", "[1,2,[3,[4]],{}]",
        #"{"a":{"b":[{"c":null}]},"d":"e"}"#, #""\"\\\/\b\f\n\r\t\u00e9\uD83C\uDF89""#, "\"é 日本 🎉\"", "[ 1 , 2 ]",
        #"{"a" : 1 , "a" : 2}"#, "[[],[],{},[{}]]", "\"a long text that is longer than eight bytes\\n and goes on\"",
    ]

    static let invalid = [
        "", " ", "{", "}", "[", "]", "[1,]", "[,1]", "[1 2]", #"{"a":1,}"#, #"{"a"}"#, #"{"a":}"#, "{a:1}", "{1:2}",
        #"{"a":1 "b":2}"#, #"{,"a":1}"#, "[1}", #"{"a":1]"#, "01", "1.", ".5", "1e", "1e+", "--1", "+1", "-", "- 1",
        "1.e1",
        "tru", "truex", "nul", "True", "NaN", "Infinity", "'a'", "\"a", "\"a\\", "\"\\x\"", "\"\\u12g4\"", "\"\\u12",
        "\"tab\there\"", "\"line\nend\"", "1 2", "{}{}", "[] x", "\u{FEFF}{}", "\"\0\"", "{\"a\" 1}",
        "\"12345678\u{1}\"",
    ]

    @Test("accepts JSON", arguments: valid)
    func accepts(_ text: String) {
        #expect(Array(text.utf8).withUnsafeBytes { JSONScanner.isValid($0) })
    }

    @Test("refuses what is not JSON", arguments: invalid)
    func refuses(_ text: String) {
        #expect(!Array(text.utf8).withUnsafeBytes { JSONScanner.isValid($0) })
    }

    @Test(
        "refuses bytes that are not UTF-8",
        arguments: [
            [0x80], [0xC0, 0x80], [0xC3], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xFF],
            [0xE2, 0x82], [0xF0, 0x9F, 0x8E], [0xF8, 0x88, 0x80, 0x80, 0x80],
        ] as [[UInt8]]
    )
    func refusesBadUTF8(_ bytes: [UInt8]) {
        for padding in 0..<9 {
            let text = [0x22] + Array(repeating: 0x61, count: padding) + bytes + [0x22]
            #expect(!text.withUnsafeBytes { JSONScanner.isValid($0) })
        }
    }

    @Test("stops at the depth limit and no earlier, however deep the input is")
    func depth() {
        func nested(_ depth: Int) -> [UInt8] {
            Array(repeating: UInt8(ascii: "["), count: depth) + Array(repeating: UInt8(ascii: "]"), count: depth)
        }
        #expect(nested(512).withUnsafeBytes { JSONScanner.isValid($0) })
        #expect(!nested(513).withUnsafeBytes { JSONScanner.isValid($0) })
        #expect(!nested(1_000_000).withUnsafeBytes { JSONScanner.isValid($0) })
        let alternating =
            Array(
                String(repeating: "{\"a\":[", count: 256).utf8
            )
            + Array(
                String(repeating: "]}", count: 256).utf8
            )
        #expect(alternating.withUnsafeBytes { JSONScanner.isValid($0) })
        let wrong =
            Array(String(repeating: "{\"a\":[", count: 256).utf8) + Array(String(repeating: "}]", count: 256).utf8)
        #expect(!wrong.withUnsafeBytes { JSONScanner.isValid($0) })
    }

    @Test("remembers at every depth which bracket closes")
    func nesting() {
        var random = WireRandom(seed: 512)
        for _ in 0..<50 {
            let isObject = (0..<Int.random(in: 60...512, using: &random)).map { _ in Bool.random(using: &random) }
            let opening = isObject.map { $0 ? "{\"a\":" : "[" }.joined() + "0"
            let closing = isObject.reversed().map { $0 ? "}" : "]" }
            #expect(Array((opening + closing.joined()).utf8).withUnsafeBytes { JSONScanner.isValid($0) })
            var wrong = closing
            let place = Int.random(in: 0..<wrong.count, using: &random)
            wrong[place] = wrong[place] == "}" ? "]" : "}"
            #expect(!Array((opening + wrong.joined()).utf8).withUnsafeBytes { JSONScanner.isValid($0) })
        }
    }

    @Test("no proper beginning of an object is JSON, at every byte")
    func cutOff() {
        let bytes = Array(#"{"a":[1,-2.5e3,true,null,"x\u00e9\n é"],"b":{"c":{}}}"#.utf8)
        for count in 0..<bytes.count {
            #expect(!bytes[..<count].withUnsafeBytes { JSONScanner.isValid($0) }, "\(count) bytes")
        }
        #expect(bytes.withUnsafeBytes { JSONScanner.isValid($0) })
    }

    @Test("steps over many values one after the other")
    func manyValues() throws {
        let text = Array(#" {"a":1}[2] "three" 4 null"#.utf8)
        try text.withUnsafeBytes { bytes in
            var scanner = JSONScanner(bytes)
            var values: [String] = []
            for _ in 0..<5 { values.append(String(decoding: bytes[try scanner.skipValue()], as: UTF8.self)) }
            #expect(values == [#"{"a":1}"#, "[2]", #""three""#, "4", "null"])
            #expect(scanner.isAtEnd)
        }
    }

    @Test("agrees with Foundation on random documents")
    func fuzz() {
        var random = WireRandom(seed: 7)
        let alphabet =
            Array(#"{}[]",:0123456789.eE+-\/ntrueflasbx "#.utf8) + [0x0A, 0x01, 0x7F, 0xC3, 0xA9, 0xE2, 0xFF]
        let seeds =
            JSONScannerTests.valid + [
                #"{"model":"m","messages":[{"role":"user","content":"hi \"you\" \\ there"}],"max_tokens":12,"stream":true}"#,
                #"[-1.25e2,{"k":[true,false,null]},"\u0041\/"]"#,
            ]
        var accepted = 0
        for _ in 0..<20_000 {
            let document = random.mutate(Array((seeds.randomElement(using: &random) ?? "").utf8), alphabet: alphabet)
            let verdict = document.withUnsafeBytes { JSONScanner.isValid($0) }
            // Foundation refuses lone surrogates and numbers that fit no type, and guesses UTF-16 where there are NULs.
            if document.contains(0) || JSONScannerTests.isDisputed(document) { continue }
            let oracle = (try? JSONSerialization.jsonObject(with: Data(document), options: .fragmentsAllowed)) != nil
            #expect(verdict == oracle, "\(String(decoding: document, as: UTF8.self)) \(document)")
            if verdict { accepted += 1 }
        }
        #expect(accepted > 1000)
    }

    private static func isDisputed(_ document: [UInt8]) -> Bool {
        let text = String(decoding: document, as: UTF8.self).lowercased()
        if text.contains("\\ud") || text.hasPrefix("\u{FEFF}") { return true }
        // It lets a comma stand at the end of an array.
        if text.contains(/,\s*\]/) { return true }
        // An exponent of three digits or a number of more than 15.
        return text.contains(/e[+-]?[0-9]{3,}/) || text.contains(/[0-9.]{16,}/)
    }
}
