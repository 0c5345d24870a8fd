import Foundation
import Testing

@testable import Recorder

@Suite("JSON values")
struct JSONValueTests {
    @Test("finds what a path leads to")
    func path() {
        let text = Array(
            #"{"type":"message","usage":{"input_tokens":3,"cache":{"x":true}},"list":[1],"none":null}"#.utf8
        )
        #expect(JSONValue.read(text) { $0.value(at: ["usage", "input_tokens"])?.int } == 3)
        #expect(JSONValue.read(text) { $0.value(at: ["usage", "cache", "x"])?.bool } == true)
        #expect(JSONValue.read(text) { $0["type"]?.string } == "message")
        #expect(JSONValue.read(text) { $0["none"]?.isNull } == true)
        #expect(JSONValue.read(text) { $0.value(at: ["usage", "missing", "x"])?.int } == nil)
        #expect(JSONValue.read(text) { $0.value(at: ["list", "x"])?.int } == nil)
        #expect(JSONValue.read(text) { $0.value(at: [])?.kind } == .object)
        #expect(JSONValue.read(Array("{\"a\":1".utf8)) { $0["a"]?.int } == nil)
    }

    @Test("walks members and elements in order, with their bytes")
    func walking() {
        let text = Array(#" { "a" : [ 1 , {"b":2} , [] ] , "c\u0041" : "d" } "#.utf8)
        text.withUnsafeBytes { bytes in
            var seen: [String] = []
            let value = JSONValue(validating: bytes)
            value?.forEachMember { key, value in
                seen.append(String(decoding: key.raw, as: UTF8.self) + "=" + String(decoding: value.raw, as: UTF8.self))
                return true
            }
            #expect(seen == [#""a"=[ 1 , {"b":2} , [] ]"#, #""c\u0041"="d""#])
            var elements: [String] = []
            value?["a"]?.forEachElement { element in
                elements.append(String(decoding: element.raw, as: UTF8.self))
                return elements.count < 2
            }
            #expect(elements == ["1", #"{"b":2}"#])
            #expect(value?["cA"]?.string == "d")
        }
    }

    @Test("of members with the same name the last counts")
    func repeats() {
        #expect(JSONValue.read(Array(#"{"a":1,"a":2}"#.utf8)) { $0["a"]?.int } == 2)
    }

    @Test(
        "undoes escapes",
        arguments: [
            (#""plain""#, "plain"), (#""a\nb\tc\"d\\e\/f\r\b\f""#, "a\nb\tc\"d\\e/f\r\u{8}\u{c}"),
            (#""\u00e9\u65e5""#, "é日"),
            (#""\ud83c\udf89!""#, "🎉!"), (#""\uD83C""#, "\u{FFFD}"), (#""\udf89\ud83c""#, "\u{FFFD}\u{FFFD}"),
            (#""\ud83cx""#, "\u{FFFD}x"), (#""\ud83c\n""#, "\u{FFFD}\n"), (#""\ud83c\u0041""#, "\u{FFFD}A"),
            (#""\u0000""#, "\0"), ("\"é\\u0301\"", "é\u{301}"), (#""""#, ""),
        ]
    )
    func strings(_ json: String, _ text: String) {
        let value = JSONValue.read(Array(json.utf8)) { $0.string }
        #expect(value.map { Array($0.unicodeScalars) } == Array(text.unicodeScalars))
    }

    @Test(
        "reads whole numbers only",
        arguments: [
            ("0", 0), ("-7", -7), ("9223372036854775807", Int.max), ("9223372036854775808", nil), ("1.0", nil),
            ("1e3", nil),
            ("\"1\"", nil), ("true", nil), ("null", nil), ("[1]", nil),
        ] as [(String, Int?)]
    )
    func numbers(_ json: String, _ number: Int?) {
        #expect(JSONValue.read(Array(json.utf8)) { $0.int } == number)
    }

    @Test("agrees with Foundation on the text of random strings")
    func fuzz() throws {
        var random = WireRandom(seed: 99)
        let parts = [
            "a", "é", "🎉", "\\n", "\\\"", "\\\\", "\\/", "\\u0041", "\\u00e9", "\\ud83c\\udf89", "\\t", " ", "日",
        ]
        for _ in 0..<2000 {
            let count = Int.random(in: 0...12, using: &random)
            let json = "\"" + (0..<count).map { _ in parts.randomElement(using: &random) ?? "" }.joined() + "\""
            let data = Data(json.utf8)
            let oracle = try JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed) as? String
            #expect(JSONValue.read(Array(json.utf8)) { $0.string } == oracle, "\(json)")
        }
    }
}
