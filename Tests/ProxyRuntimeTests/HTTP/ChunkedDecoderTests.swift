import NIOCore
import TestSupport
import Testing

@testable import ProxyRuntime

@Suite("Decoder of chunked bodies")
struct ChunkedDecoderTests {
    struct Decoded: Equatable {
        var body = ""
        var isDone = false
        var isRefused = false
        var rest = ""

        init(body: String, isDone: Bool = true, isRefused: Bool = false, rest: String = "") {
            (self.body, self.isDone, self.isRefused, self.rest) = (body, isDone, isRefused, rest)
        }

        init(_ runs: some Sequence<ArraySlice<UInt8>>) {
            var decoder = ChunkedDecoder()
            var buffer = ByteBuffer()
            var bytes: [UInt8] = []
            feeding: for run in runs {
                buffer.writeBytes(run)
                do throws(HTTPParseError) {
                    while let part = try decoder.next(&buffer) {
                        #expect(part.readableBytes > 0)
                        bytes += part.readableBytesView
                    }
                } catch {
                    isRefused = true
                    break feeding
                }
            }
            body = String(decoding: bytes, as: UTF8.self)
            isDone = decoder.isDone
            if isDone { rest = String(buffer: buffer) }
        }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var text: String
        var expected: Decoded
        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(name: "empty body", text: "0\r\n\r\n", expected: Decoded(body: "")),
        Case(
            name: "two chunks",
            text: "3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n",
            expected: Decoded(body: "abc0123456789")
        ),
        Case(
            name: "zeros in front, both cases of letters",
            text: "00a\r\n0123456789\r\n0000\r\n\r\n",
            expected: Decoded(body: "0123456789")
        ),
        Case(name: "line ends as data", text: "4\r\n\r\n\r\n\r\n0\r\n\r\n", expected: Decoded(body: "\r\n\r\n")),
        Case(name: "the next request behind it", text: "0\r\n\r\nGET /", expected: Decoded(body: "", rest: "GET /")),
        Case(name: "extensions", text: "1;a=b;c=\"d;e\"\r\nx\r\n0;last\r\n\r\n", expected: Decoded(body: "x")),
        Case(name: "space around an extension", text: "1 ; a\r\nx\r\n0\r\n\r\n", expected: Decoded(body: "x")),
        Case(name: "space behind a size", text: "1  \r\nx\r\n0\r\n\r\n", expected: Decoded(body: "x")),
        Case(
            name: "trailers",
            text: "1\r\nx\r\n0\r\nA: b\r\nC: d\r\n\r\nrest",
            expected: Decoded(body: "x", rest: "rest")
        ),
        Case(name: "not at its end", text: "5\r\nab", expected: Decoded(body: "ab", isDone: false)),
        Case(name: "end without the empty line", text: "0\r\n", expected: Decoded(body: "", isDone: false)),
        refused("no size", "\r\n"),
        refused("no hexadecimal digit", "g\r\n"),
        refused("sign", "+1\r\nx\r\n"),
        refused("minus", "-1\r\nx\r\n"),
        refused("prefix", "0x1\r\nx\r\n"),
        refused("space in front", " 1\r\nx\r\n"),
        refused("bare line feed behind the size", "1\nx\r\n0\r\n\r\n"),
        refused("bare line feed behind the data", "1\r\nx\n0\r\n\r\n", body: "x"),
        refused("bare line feed in an extension", "1;a\nx\r\n0\r\n\r\n"),
        refused("carriage return alone in an extension", "1;a\rb\r\nx\r\n"),
        refused("text behind the size", "1 2\r\nx\r\n0\r\n\r\n"),
        refused("NUL in an extension", "1;\0\r\nx\r\n"),
        refused("longer than its size", "1\r\nxy\r\n0\r\n\r\n", body: "x"),
        refused("size of 64 bits", "FFFFFFFFFFFFFFFF\r\nx"),
        refused("size that wraps to 1", "10000000000000001\r\nx\r\n0\r\n\r\n"),
        refused("bare line feed as the end", "0\r\n\n"),
        refused("bare line feed in a trailer", "0\r\nA: b\n\r\n"),
        refused("carriage return alone in a trailer", "0\r\nA\rb\r\n\r\n"),
        refused("junk in place of the end", "0\r\n\rX"),
    ]

    private static func refused(_ name: String, _ text: String, body: String = "") -> Case {
        Case(name: name, text: text, expected: Decoded(body: body, isDone: false, isRefused: true))
    }

    @Test("decodes whole and byte by byte", arguments: cases)
    func decodes(_ row: Case) {
        #expect(Decoded([Array(row.text.utf8)[...]]) == row.expected)
        #expect(Decoded(bytewise(row.text)) == row.expected)
    }

    @Test("gives data as it comes, not when its chunk is whole")
    func givesDataAtOnce() throws {
        var decoder = ChunkedDecoder()
        var buffer = ByteBuffer(string: "FFFFFF\r\nab")
        #expect(try decoder.next(&buffer) == ByteBuffer(string: "ab"))
        #expect(try decoder.next(&buffer) == nil)
        buffer.writeString("c")
        #expect(try decoder.next(&buffer) == ByteBuffer(string: "c"))
    }

    @Test("bounds extensions and trailers", arguments: ["1;", "0\r\nA: "])
    func boundsOverhead(start: String) {
        let accepted = Decoded([Array((start + String(repeating: "x", count: 15 << 10)).utf8)[...]])
        #expect(!accepted.isRefused)
        let refused = Decoded([Array((start + String(repeating: "x", count: 17 << 10)).utf8)[...]])
        #expect(refused.isRefused)
    }

    @Test("bounds many short trailers")
    func boundsTrailers() {
        let trailers = String(repeating: "A: b\r\n", count: 5000)
        #expect(Decoded([Array(("0\r\n" + trailers + "\r\n").utf8)[...]]).isRefused)
    }

    @Test("a long body with an extension on each chunk is no overhead in a row")
    func countsOverheadPerChunk() {
        let body = String(repeating: "1;extension\r\nx\r\n", count: 5000) + "0\r\n\r\n"
        #expect(Decoded([Array(body.utf8)[...]]).body.utf8.count == 5000)
    }

    @Test("comes to the same result however the bytes are split", arguments: UInt64(1)...8)
    func isIndifferentToSplits(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let alphabet = Array("\r\n\0 ;01AfFg9xX".utf8)
        let sources = ChunkedDecoderTests.cases.filter { !$0.expected.isRefused }.map { Array($0.text.utf8) }
        for _ in 0..<2000 {
            var bytes = sources.randomElement(using: &random) ?? []
            bytes = random.mutate(bytes, alphabet: alphabet)
            try #require(
                Decoded([bytes[...]]) == Decoded(random.split(bytes, longest: 5)),
                "\(String(decoding: bytes, as: UTF8.self).debugDescription)"
            )
        }
    }
}
