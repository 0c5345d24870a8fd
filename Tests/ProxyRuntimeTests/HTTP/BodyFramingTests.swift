import Recorder
import Testing

@testable import ProxyRuntime

@Suite("Framing of bodies")
struct BodyFramingTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var lines: String
        var start = "POST / HTTP/1.1"
        var framing: BodyFraming?
        var status = 400
        var testDescription: String { "\(start) | \(lines)" }
        var text: String { start + "\r\n" + lines.split(separator: "|").map { $0 + "\r\n" }.joined() + "\r\n" }
    }

    static let requests: [Case] = [
        Case(lines: "Host: h", framing: BodyFraming.none),
        Case(lines: "Content-Length: 0", framing: .length(0)),
        Case(lines: "content-LENGTH:5", framing: .length(5)),
        Case(lines: "Content-Length: 005", framing: .length(5)),
        Case(lines: "Content-Length: 999999999999999999", framing: .length(999_999_999_999_999_999)),
        Case(lines: "Transfer-Encoding: chunked", framing: .chunked),
        Case(lines: "transfer-encoding: CHUNKED", framing: .chunked),
        Case(lines: "Content-Length: 5", start: "POST / HTTP/1.0", framing: .length(5)),
        Case(lines: "Content-Length:"),
        Case(lines: "Content-Length: +5"),
        Case(lines: "Content-Length: -5"),
        Case(lines: "Content-Length: 5,5"),
        Case(lines: "Content-Length: 5 5"),
        Case(lines: "Content-Length: 0x5"),
        Case(lines: "Content-Length: 5.0"),
        Case(lines: "Content-Length: ٥"),
        Case(lines: "Content-Length: 9999999999999999999"),
        Case(lines: "Content-Length: 5|Content-Length: 5"),
        Case(lines: "Content-Length: 5|Content-Length: 6"),
        Case(lines: "Content-Length: 5|Transfer-Encoding: chunked"),
        Case(lines: "Transfer-Encoding: chunked|Content-Length: 5"),
        Case(lines: "Transfer-Encoding: gzip", status: 501),
        Case(lines: "Transfer-Encoding: gzip, chunked", status: 501),
        Case(lines: "Transfer-Encoding: chunked, chunked", status: 501),
        Case(lines: "Transfer-Encoding: chunked|Transfer-Encoding: chunked", status: 501),
        Case(lines: "Transfer-Encoding: chunked|Transfer-Encoding: identity", status: 501),
        Case(lines: "Transfer-Encoding: xchunked", status: 501),
        Case(lines: "Transfer-Encoding: \"chunked\"", status: 501),
        Case(lines: "Transfer-Encoding:", status: 501),
        Case(lines: "Transfer-Encoding: chunked", start: "POST / HTTP/1.0"),
    ]

    @Test("of requests", arguments: requests)
    func ofRequests(_ row: Case) throws {
        let head = try head(row.text)
        guard let framing = row.framing else {
            let error = #expect(throws: HTTPParseError.self) { try BodyFraming.ofRequest(head) }
            #expect(error?.status == row.status)
            return
        }
        #expect(try BodyFraming.ofRequest(head) == framing)
    }

    struct Answer: Sendable, CustomTestStringConvertible {
        var status = 200
        var lines: String
        var isHead = false
        var framing: BodyFraming?
        var testDescription: String { "\(status) \(isHead ? "to HEAD " : "")| \(lines)" }
    }

    static let answers: [Answer] = [
        Answer(lines: "A: b", framing: .untilClose),
        Answer(lines: "Content-Length: 7", framing: .length(7)),
        Answer(lines: "Content-Length: 0", framing: .length(0)),
        Answer(lines: "Transfer-Encoding: chunked", framing: .chunked),
        Answer(lines: "Content-Length: 7", isHead: true, framing: BodyFraming.none),
        Answer(lines: "Transfer-Encoding: chunked", isHead: true, framing: BodyFraming.none),
        Answer(status: 204, lines: "A: b", framing: BodyFraming.none),
        Answer(status: 304, lines: "Content-Length: 7", framing: BodyFraming.none),
        Answer(status: 100, lines: "A: b", framing: BodyFraming.none),
        Answer(status: 103, lines: "A: b", framing: BodyFraming.none),
        Answer(status: 500, lines: "A: b", framing: .untilClose),
        Answer(lines: "Content-Length: 7|Content-Length: 8"),
        Answer(lines: "Content-Length: 7|Transfer-Encoding: chunked"),
        Answer(lines: "Content-Length: seven"),
        Answer(lines: "Transfer-Encoding: gzip"),
    ]

    @Test("of responses", arguments: answers)
    func ofResponses(_ row: Answer) throws {
        let lines = row.lines.split(separator: "|").map { $0 + "\r\n" }.joined()
        let head = try head("HTTP/1.1 \(row.status) X\r\n\(lines)\r\n", isRequest: false)
        guard let framing = row.framing else {
            #expect(throws: HTTPParseError.self) {
                try BodyFraming.ofResponse(head, status: row.status, isHead: row.isHead)
            }
            return
        }
        #expect(try BodyFraming.ofResponse(head, status: row.status, isHead: row.isHead) == framing)
    }
}
