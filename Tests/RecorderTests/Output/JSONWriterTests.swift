import Foundation
import TestSupport
import Testing

@testable import Recorder

struct JSONWriterTests {
    @Test(
        "texts are escaped as RFC 8259 asks",
        arguments: [
            ("plain", #""plain""#),
            ("say \"hi\" \\ there", #""say \"hi\" \\ there""#),
            ("a\nb\tc\rd\u{8}e\u{c}f", #""a\nb\tc\rd\be\ff""#),
            ("\u{0}\u{1b}[31m\u{7f}", #""\u0000\u001b[31m\u007f""#),
            ("snö 漢 🎞", #""snö 漢 🎞""#),
            ("", #""""#),
        ]
    )
    func escapes(text: String, json: String) {
        var writer = JSONWriter()
        writer.string(text)
        #expect(String(decoding: writer.bytes, as: UTF8.self) == json)
    }

    @Test("every text comes back from another program's parser")
    func everyTextComesBack() throws {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<300 {
            let scalars = (0..<Int.random(in: 0..<40, using: &generator)).compactMap { _ in
                UnicodeScalar(UInt32.random(in: 0..<0x3000, using: &generator))
            }
            let text = String(String.UnicodeScalarView(scalars))
            var writer = JSONWriter()
            writer.array { json in json.element { $0.string(text) } }
            let parsed = try JSONSerialization.jsonObject(with: Data(writer.bytes)) as? [String]
            #expect(parsed?.first.map { Array($0.utf8) } == Array(text.utf8))
        }
    }

    @Test("members keep their order, and what is nested is separated")
    func order() {
        var writer = JSONWriter()
        for _ in 0..<2 {
            writer.object {
                $0.member("b", 1)
                $0.member("a", nil as String?)
                $0.member("list") {
                    $0.array { json in
                        for number: Int64 in [1, -20] { json.element { $0.number(number) } }
                    }
                }
                $0.member("empty") { $0.object { _ in } }
                $0.member("last", true)
            }
            writer.endLine()
        }
        let line = #"{"b":1,"a":null,"list":[1,-20],"empty":{},"last":true}"# + "\n"
        #expect(String(decoding: writer.bytes, as: UTF8.self) == line + line)
    }

    @Test("raw JSON loses its white space between tokens only")
    func raw() {
        var writer = JSONWriter()
        writer.raw(Array("{ \"a b\" :\n [ 1 , \"c \\\" d\" ] }".utf8))
        #expect(String(decoding: writer.bytes, as: UTF8.self) == #"{"a b":[1,"c \" d"]}"#)
    }

    @Test(
        "durations have one decimal and are rounded",
        arguments: [(0, "0.0"), (49, "0.0"), (50, "0.1"), (812_400, "812.4"), (95_000, "95.0"), (-1_250, "-1.3")]
    )
    func milliseconds(microseconds: Int64, text: String) {
        #expect(Decimals.milliseconds(microseconds) == text)
    }

    @Test(
        "dollars never have an exponent",
        arguments: [
            (0, "0"), (336_000_000, "0.000336"), (1, "0.000000000001"), (1_500_000_000_000, "1.5"),
            (20_000_000_000_000, "20"), (-250_000_000_000, "-0.25"), (Int64.max, "9223372.036854775807"),
        ]
    )
    func dollars(picodollars: Int64, text: String) {
        #expect(Decimals.dollars(picodollars) == text)
    }

    @Test(
        "durations for people",
        arguments: [
            (950, "950 µs"), (812_400, "812.4 ms"), (1_249_000, "1.24 s"), (123_000_000, "2m 03s"),
            (7_500_000_000, "2h 05m"),
        ]
    )
    func people(microseconds: Int64, text: String) {
        #expect(Decimals.duration(microseconds) == text)
    }

    @Test(
        "sizes for people",
        arguments: [(0, "0 B"), (999, "999 B"), (12_345, "12.3 KB"), (4_000_000, "4.0 MB"), (5_600_000_000, "5.6 GB")]
    )
    func sizes(count: Int, text: String) {
        #expect(Decimals.bytes(count) == text)
    }
}
