import NIOCore
import TestSupport
import Testing

@testable import ProxyRuntime

@Suite("Parser of heads")
struct HTTPHeadParserTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var text: String
        var heads: [[String]] = []
        var status: Int?
        var rest = ""
        var testDescription: String { name }
    }

    static let requests: [Case] = [
        Case(name: "nothing", text: ""),
        Case(name: "no header lines", text: "GET / HTTP/1.1\r\n\r\n", heads: [["GET", "/", "HTTP/1.1"]]),
        Case(
            name: "order, case, repeats and empty values",
            text: "POST /v1/m?b=1 HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nx-a:2\r\nEmpty:\r\n\r\n",
            heads: [["POST", "/v1/m?b=1", "HTTP/1.1", "Host=h", "X-A=1", "x-a=2", "Empty="]]
        ),
        Case(
            name: "white space around a value only",
            text: "GET / HTTP/1.1\r\nA: \t a \t b\t \r\n\r\n",
            heads: [["GET", "/", "HTTP/1.1", "A=a \t b"]]
        ),
        Case(
            name: "bytes above ASCII in a value",
            text: "GET / HTTP/1.1\r\nA: é\r\n\r\n",
            heads: [["GET", "/", "HTTP/1.1", "A=é"]]
        ),
        Case(
            name: "three in a row and the begin of a fourth",
            text: "GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.0\r\nA: b\r\n\r\nGET /3 HTTP/1.1\r\n\r\nGET /4",
            heads: [["GET", "/1", "HTTP/1.1"], ["GET", "/2", "HTTP/1.0", "A=b"], ["GET", "/3", "HTTP/1.1"]],
            rest: "GET /4"
        ),
        Case(
            name: "empty lines in front are ignored",
            text: "\r\n\r\nGET / HTTP/1.1\r\n\r\n",
            heads: [["GET", "/", "HTTP/1.1"]]
        ),
        Case(
            name: "every character of a token",
            text: "!#$%&'*+-.^_`|~09azAZ * HTTP/1.1\r\n!#$%&'*+-.^_`|~09azAZ:v\r\n\r\n",
            heads: [["!#$%&'*+-.^_`|~09azAZ", "*", "HTTP/1.1", "!#$%&'*+-.^_`|~09azAZ=v"]]
        ),
        Case(
            name: "absolute form, authority form",
            text: "GET http://h/p HTTP/1.1\r\n\r\nCONNECT h:443 HTTP/1.1\r\n\r\n",
            heads: [["GET", "http://h/p", "HTTP/1.1"], ["CONNECT", "h:443", "HTTP/1.1"]]
        ),
        Case(name: "a later minor version", text: "GET / HTTP/1.9\r\n\r\n", heads: [["GET", "/", "HTTP/1.9"]]),
        Case(name: "bare line feeds", text: "GET / HTTP/1.1\n\n", status: 400),
        Case(name: "one bare line feed among lines", text: "GET / HTTP/1.1\r\nA: b\nC: d\r\n\r\n", status: 400),
        Case(name: "bare line feed before the empty line", text: "GET / HTTP/1.1\r\nA: b\n\r\n", status: 400),
        Case(name: "bare carriage return in a value", text: "GET / HTTP/1.1\r\nA: b\rC: d\r\n\r\n", status: 400),
        Case(name: "NUL in a value", text: "GET / HTTP/1.1\r\nA: b\0c\r\n\r\n", status: 400),
        Case(name: "DEL in a value", text: "GET / HTTP/1.1\r\nA: b\u{7F}\r\n\r\n", status: 400),
        Case(name: "folded line", text: "GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n", status: 400),
        Case(name: "white space before the first line", text: "GET / HTTP/1.1\r\n A: b\r\n\r\n", status: 400),
        Case(name: "white space before the colon", text: "GET / HTTP/1.1\r\nHost : h\r\n\r\n", status: 400),
        Case(name: "no colon", text: "GET / HTTP/1.1\r\nHost\r\n\r\n", status: 400),
        Case(name: "no name", text: "GET / HTTP/1.1\r\n: v\r\n\r\n", status: 400),
        Case(name: "name with a bracket", text: "GET / HTTP/1.1\r\nA(: v\r\n\r\n", status: 400),
        Case(name: "name beyond ASCII", text: "GET / HTTP/1.1\r\nÄ: v\r\n\r\n", status: 400),
        Case(name: "HTTP/0.9", text: "GET /\r\n\r\n", status: 400),
        Case(name: "HTTP/2.0", text: "GET / HTTP/2.0\r\n\r\n", status: 505),
        Case(name: "preface of HTTP/2", text: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", status: 505),
        Case(name: "lower-case version", text: "GET / http/1.1\r\n\r\n", status: 400),
        Case(name: "short version", text: "GET / HTTP/1\r\n\r\n", status: 400),
        Case(name: "long version", text: "GET / HTTP/1.11\r\n\r\n", status: 400),
        Case(name: "no method", text: " / HTTP/1.1\r\n\r\n", status: 400),
        Case(name: "method that is no token", text: "G@T / HTTP/1.1\r\n\r\n", status: 400),
        Case(name: "no target", text: "GET  HTTP/1.1\r\n\r\n", status: 400),
        Case(name: "two spaces before the target", text: "GET  / HTTP/1.1\r\n\r\n", status: 400),
        Case(name: "two spaces before the version", text: "GET /  HTTP/1.1\r\n\r\n", status: 400),
        Case(name: "tabulators", text: "GET\t/\tHTTP/1.1\r\n\r\n", status: 400),
        Case(name: "space in the target", text: "GET /a b HTTP/1.1\r\n\r\n", status: 400),
        Case(name: "control character in the target", text: "GET /a\u{1}b HTTP/1.1\r\n\r\n", status: 400),
        Case(name: "space behind the version", text: "GET / HTTP/1.1 \r\n\r\n", status: 400),
        Case(name: "TLS on a plain port", text: "\u{16}\u{3}\u{1}\r\n\r\n", status: 400),
    ]

    static let responses: [Case] = [
        Case(
            name: "reason phrase with spaces",
            text: "HTTP/1.1 404 Not Found here\r\nA: b\r\n\r\n",
            heads: [["HTTP/1.1", "404", "Not Found here", "A=b"]]
        ),
        Case(name: "empty reason phrase", text: "HTTP/1.1 200 \r\n\r\n", heads: [["HTTP/1.1", "200", ""]]),
        Case(name: "no reason phrase", text: "HTTP/1.1 200\r\n\r\n", heads: [["HTTP/1.1", "200", ""]]),
        Case(name: "HTTP/1.0", text: "HTTP/1.0 200 OK\r\n\r\n", heads: [["HTTP/1.0", "200", "OK"]]),
        Case(name: "empty line in front", text: "\r\nHTTP/1.1 200 OK\r\n\r\n", status: 400),
        Case(name: "HTTP/2", text: "HTTP/2 200\r\n\r\n", status: 400),
        Case(name: "two digits", text: "HTTP/1.1 20 OK\r\n\r\n", status: 400),
        Case(name: "four digits", text: "HTTP/1.1 2000 OK\r\n\r\n", status: 400),
        Case(name: "status that begins with 0", text: "HTTP/1.1 099 OK\r\n\r\n", status: 400),
        Case(name: "control character in the reason", text: "HTTP/1.1 200 O\u{0}K\r\n\r\n", status: 400),
        Case(name: "other protocol", text: "ICY 200 OK\r\n\r\n", status: 400),
        Case(name: "folded line", text: "HTTP/1.1 200 OK\r\nA: b\r\n\tc\r\n\r\n", status: 400),
    ]

    @Test("reads requests whole and byte by byte", arguments: requests)
    func readsRequests(_ row: Case) {
        check(row, isRequest: true)
    }

    @Test("reads responses whole and byte by byte", arguments: responses)
    func readsResponses(_ row: Case) {
        check(row, isRequest: false)
    }

    private func check(_ row: Case, isRequest: Bool) {
        for parsed in [
            ParsedHeads(row.text, isRequest: isRequest), ParsedHeads(bytewise(row.text), isRequest: isRequest),
        ] {
            #expect(parsed.heads == row.heads)
            #expect(parsed.status == row.status)
            if row.status == nil { #expect(parsed.rest == row.rest) }
        }
    }

    @Test("takes a head of exactly the limit, and no byte more", arguments: [40, 64, 65, 4096])
    func keepsTheLimit(limit: Int) {
        let frame = "GET / HTTP/1.1\r\nA: \r\n\r\n"
        let fitting = frame.replacing("A: ", with: "A: " + String(repeating: "x", count: limit - frame.utf8.count))
        #expect(fitting.utf8.count == limit)
        let larger = fitting.replacing("A: ", with: "A: x")
        for runs in [[Array(fitting.utf8)[...]], bytewise(fitting)] {
            #expect(ParsedHeads(runs, limit: limit).heads.count == 1)
        }
        for runs in [[Array(larger.utf8)[...]], bytewise(larger)] {
            #expect(ParsedHeads(runs, limit: limit).status == 431)
        }
    }

    @Test("gives up on a head without end at the limit")
    func givesUpAtTheLimit() {
        let endless = "GET / HTTP/1.1\r\nA: " + String(repeating: "x", count: 100)
        #expect(ParsedHeads(bytewise(endless), limit: 64).status == 431)
        #expect(ParsedHeads(endless, limit: 64).status == 431)
        #expect(ParsedHeads(String(repeating: "x", count: 63), limit: 64).status == nil)
    }

    @Test("leaves what is behind a head alone")
    func leavesTheRest() {
        let parsed = ParsedHeads("POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n\u{0}\n")
        #expect(parsed.heads.count == 1)
        #expect(parsed.rest == "\u{0}\n")
    }

    /// A refusal may come later or earlier when the bytes are split, but it is a refusal either way.
    @Test("comes to the same result however the bytes are split", arguments: UInt64(1)...8)
    func isIndifferentToSplits(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let alphabet = Array("\r\n\0 \t:/AaZz09HTTP1.\u{7F}\u{1}é".utf8)
        let sources = HTTPHeadParserTests.requests.filter { $0.status == nil }.map { Array($0.text.utf8) }
        for _ in 0..<1500 {
            var bytes = sources.randomElement(using: &random) ?? []
            bytes = random.mutate(bytes, alphabet: alphabet)
            let whole = ParsedHeads([bytes[...]], limit: 96)
            let split = ParsedHeads(random.split(bytes, longest: 7), limit: 96)
            try #require(whole == split, "\(String(decoding: bytes, as: UTF8.self).debugDescription)")
        }
    }
}
