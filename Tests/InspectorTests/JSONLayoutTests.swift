import Foundation
import TestSupport
import Testing

@testable import Inspector

struct JSONLayoutTests {
    @Test(
        "documents are laid out for reading",
        arguments: [
            ("1", ["1"]),
            ("\"a\"", ["\"a\""]),
            ("{}", ["{}"]),
            ("[ ]", ["[]"]),
            (#"{"a":1,"b":[true,null]}"#, ["{", "  \"a\": 1,", "  \"b\": [true, null]", "}"]),
            (#"{"a":"x, y: {z}"}"#, [#"{"a": "x, y: {z}"}"#]),
            ("[[],[[1]]]", ["[", "  [],", "  [", "    [1]", "  ]", "]"]),
            (#"{"a":"\"}"}"#, [#"{"a": "\"}"}"#]),
        ]
    )
    func layout(json: String, lines: [String]) {
        let layout = JSONLayout(Array(json.utf8), lineLimit: 100)
        #expect(layout.lines == lines)
        #expect(!layout.isCut)
    }

    @Test("a long text is cut between characters and escapes, with its size")
    func longText() {
        for character in ["x", "é", "漢", "\\n", "\\u00e9", "\\\\"] {
            for shift in 0..<7 {
                let text = String(repeating: "y", count: shift) + String(repeating: character, count: 700)
                let layout = JSONLayout(Array("\"\(text)\"".utf8), lineLimit: 10)
                #expect(layout.lines.count == 1)
                let line = layout.lines.first ?? ""
                #expect(!line.contains("\u{FFFD}"))
                let end = line.range(of: "…\" (")?.lowerBound ?? line.startIndex
                let start = String(line[..<end]) + "\""
                #expect(throws: Never.self) {
                    try JSONSerialization.jsonObject(with: Data(start.utf8), options: .fragmentsAllowed)
                }
            }
        }
    }

    @Test("a long document ends at the limit and says so")
    func limit() {
        let json = "[" + (1...50).map { "[\($0),[0]]" }.joined(separator: ",") + "]"
        let layout = JSONLayout(Array(json.utf8), lineLimit: 10)
        #expect(layout.lines.count == 10)
        #expect(layout.isCut)
    }

    @Test("a document that ends with the limit is whole")
    func exactLimit() {
        let layout = JSONLayout(Array("[[[]]]".utf8), lineLimit: 5)
        #expect(layout.lines == ["[", "  [", "    []", "  ]", "]"])
        #expect(!layout.isCut)
    }

    @Test("what is laid out is the same document")
    func sameDocument() throws {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<300 {
            let value = Self.randomValue(depth: 4, &generator)
            let json = try JSONSerialization.data(withJSONObject: value, options: .fragmentsAllowed)
            let layout = JSONLayout(Array(json), lineLimit: 100_000)
            let text = layout.lines.joined(separator: "\n")
            let back = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
            #expect((back as? NSObject) == (value as? NSObject), "\(text)")
        }
    }

    private static func randomValue(depth: Int, _ generator: inout SeededGenerator) -> Any {
        switch Int.random(in: 0..<(depth > 0 ? 6 : 4), using: &generator) {
        case 0: return NSNull()
        case 1: return Bool.random(using: &generator)
        case 2: return Int.random(in: -1000...1000, using: &generator)
        case 3:
            let alphabet = Array("ab{}[]\",:\\\n\té漢 ")
            let length = Int.random(in: 0..<30, using: &generator)
            return String((0..<length).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] })
        case 4:
            let length = Int.random(in: 0..<5, using: &generator)
            return (0..<length).map { _ in randomValue(depth: depth - 1, &generator) }
        default:
            var object: [String: Any] = [:]
            for index in 0..<Int.random(in: 0..<5, using: &generator) {
                object["k\(index)"] = randomValue(depth: depth - 1, &generator)
            }
            return object
        }
    }
}
