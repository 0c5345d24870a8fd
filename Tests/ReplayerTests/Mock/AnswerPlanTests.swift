import Foundation
import Testing

@testable import Replayer

struct AnswerPlanTests {
    /// Three events of 10 bytes each.
    private static let events = ["a", "b", "c"].map { ScriptedEvent(nil, "\($0)\($0)") }

    @Test func writesHeadAndBodyOfAPlainAnswer() {
        var answer = ScriptedAnswer.json("{}", status: 201)
        answer.headers = [
            ScriptedHeader("X-Case", "Kept"), ScriptedHeader("set-cookie", "a"), ScriptedHeader("Set-Cookie", "b"),
        ]
        #expect(
            text(of: plan(answer)) == """
                HTTP/1.1 201 Created\r
                content-type: application/json\r
                content-length: 2\r
                request-id: req_mock000007\r
                X-Case: Kept\r
                set-cookie: a\r
                Set-Cookie: b\r
                \r
                {}
                """
        )
    }

    @Test func aScriptedHeaderReplacesTheAutomaticOne() {
        var answer = ScriptedAnswer.error(ScriptedError(status: 529, type: "overloaded_error", message: "Overloaded"))
        answer.headers = [ScriptedHeader("Request-ID", "req_own"), ScriptedHeader("Content-Type", "text/x")]
        #expect(
            text(of: plan(answer)) == """
                HTTP/1.1 529 \r
                content-length: 98\r
                Request-ID: req_own\r
                Content-Type: text/x\r
                \r
                {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"req_own"}
                """
        )
    }

    @Test(arguments: [
        (AnswerFraming.contentLength, "content-length: 12\r\n", "data: hello\n", false),
        (.chunked, "transfer-encoding: chunked\r\n", "c\r\ndata: hello\n\r\n0\r\n\r\n", false),
        (.close, "", "data: hello\n", true),
    ])
    func framesABody(framing: AnswerFraming, header: String, body: String, closes: Bool) {
        var answer = ScriptedAnswer.text("data: hello\n", contentType: nil)
        answer.framing = framing
        let steps = plan(answer)
        let connection = closes ? "connection: close\r\n" : ""
        #expect(text(of: steps) == "HTTP/1.1 200 OK\r\n\(header)request-id: req_mock000007\r\n\(connection)\r\n\(body)")
        #expect((steps.last == .close) == closes)
    }

    @Test func aHeadAnswerHasAllHeadersAndNoBody() {
        let steps = plan(.json("{\"a\":1}"), to: .sample(method: "HEAD"))
        #expect(text(of: steps).hasSuffix("content-length: 7\r\nrequest-id: req_mock000007\r\n\r\n"))
    }

    @Test(arguments: [204, 304])
    func anAnswerWithoutContentHasNoFraming(status: Int) {
        let reason = status == 204 ? "No Content" : "Not Modified"
        let steps = plan(ScriptedAnswer(status: status))
        #expect(text(of: steps) == "HTTP/1.1 \(status) \(reason)\r\nrequest-id: req_mock000007\r\n\r\n")
    }

    @Test func closesWhenTheClientAsksFor() {
        let steps = plan(.json("{}"), to: .sample(keepsAlive: false))
        #expect(text(of: steps).contains("\r\nconnection: close\r\n"))
        #expect(steps.last == .close)
    }

    @Test func interimAnswersComeFirst() {
        var answer = ScriptedAnswer.json("{}")
        answer.interim = [InterimAnswer(headers: [ScriptedHeader("Link", "</a>")])]
        #expect(text(of: plan(answer)).hasPrefix("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\n"))
    }

    @Test func eventsAreChunksOfTheirOwnAtTheirPace() {
        var answer = ScriptedAnswer.events([
            ScriptedEvent("x", "1\n2", delay: .milliseconds(9)), .raw(": hi\r\n\r\n", repeats: 2),
        ])
        answer.pace = AnswerPace(head: .milliseconds(5), event: .milliseconds(3))
        let comment = AnswerStep.write(Array("8\r\n: hi\r\n\r\n\r\n".utf8))
        let steps = plan(answer)
        #expect(steps.first == .pause(.milliseconds(5)))
        #expect(
            steps.dropFirst(2) == [
                .pause(.milliseconds(9)),
                .write(Array("1a\r\nevent: x\ndata: 1\ndata: 2\n\n\r\n".utf8)),
                .pause(.milliseconds(3)), comment, .pause(.milliseconds(3)), comment,
                .write(Array("0\r\n\r\n".utf8)),
            ]
        )
    }

    @Test(arguments: [1, 7, 64])
    func splitsWritesWithoutChangingBytes(size: Int) {
        var answer = ScriptedAnswer.events(Self.events)
        let whole = text(of: plan(answer))
        answer.pace.split = size
        answer.pace.write = .milliseconds(1)
        let steps = plan(answer)
        #expect(text(of: steps) == whole)
        let sizes = steps.compactMap { if case .write(let bytes) = $0 { bytes.count } else { nil } }
        #expect(sizes.max() == size || whole.utf8.count < size)
        #expect(steps.count == 2 * sizes.count)
    }

    @Test func gzippedEventsCanEachBeReadAtOnce() throws {
        var answer = ScriptedAnswer.events(Self.events)
        answer.gzip = true
        answer.framing = .close
        let writes = plan(answer).compactMap { if case .write(let bytes) = $0 { bytes } else { nil } }
        #expect(writes.count == 1 + 3 + 1)
        for count in 1...3 {
            let part = try #require(gunzip(Array(writes[1...count].joined())))
            #expect(part.bytes.count == 10 * count)
            #expect(!part.isFinished)
        }
        let all = try #require(gunzip(Array(writes[1...].joined())))
        #expect(String(decoding: all.bytes, as: UTF8.self) == "data: aa\n\ndata: bb\n\ndata: cc\n\n")
        #expect(all.isFinished)
    }

    // The body is 30 bytes; the table says what is left of it, and how the answer ends.
    @Test(arguments: [
        (Fault(.close, at: .afterHead), "", AnswerStep.close),
        (Fault(.close, at: .afterEvent(1)), "a\r\ndata: aa\n\n\r\n", .close),
        (Fault(.reset, at: .afterEvent(2)), "a\r\ndata: aa\n\n\r\na\r\ndata: bb\n\n\r\n", .reset),
        (Fault(.close, at: .insideEvent(2, bytes: 4)), "a\r\ndata: aa\n\n\r\na\r\ndata", .close),
        (Fault(.hang, at: .insideEvent(1, bytes: 1)), "a\r\nd", .hang),
        (Fault(.reset, at: .afterBytes(13)), "a\r\ndata: aa\n\n\r\na\r\ndat", .reset),
        (Fault(.close, at: .afterBytes(20)), "a\r\ndata: aa\n\n\r\na\r\ndata: bb\n\n\r\n", .close),
        (Fault(.malformed("zz\r\n"), at: .afterEvent(1)), "a\r\ndata: aa\n\n\r\nzz\r\n", .close),
        (
            Fault(.close, at: .afterEvent(9)), "a\r\ndata: aa\n\n\r\na\r\ndata: bb\n\n\r\na\r\ndata: cc\n\n\r\n",
            .close
        ),
    ])
    func aFaultEndsAChunkedBody(fault: Fault, expected: String, end: AnswerStep) throws {
        var answer = ScriptedAnswer.events(Self.events)
        answer.fault = fault
        let steps = plan(answer)
        #expect(try body(of: steps) == expected)
        #expect(steps.last == end)
    }

    @Test(arguments: [
        (AnswerFraming.chunked, Fault.Moment.afterEvent(1), "a\r\ndata: aa\n\n\r\n0\r\n\r\n"),
        (.chunked, .insideEvent(2, bytes: 3), "a\r\ndata: aa\n\n\r\n3\r\ndat\r\n0\r\n\r\n"),
        (.contentLength, .afterBytes(14), "data: aa\n\ndata"),
    ])
    func anEarlyEndIsProperlyFramed(framing: AnswerFraming, moment: Fault.Moment, expected: String) throws {
        var answer = ScriptedAnswer.events(Self.events)
        answer.framing = framing
        answer.fault = Fault(.end, at: moment)
        let steps = plan(answer)
        #expect(try body(of: steps) == expected)
        #expect(text(of: steps).contains("content-length: 14\r\n") == (framing == .contentLength))
        #expect(!steps.contains(.close))
    }

    @Test(arguments: [Fault.Moment.afterHead, .afterEvent(2), .insideEvent(3, bytes: 5), .afterBytes(30)])
    func aStallChangesNoByte(moment: Fault.Moment) {
        var answer = ScriptedAnswer.events(Self.events)
        let whole = text(of: plan(answer))
        answer.fault = Fault(.stall(.milliseconds(50)), at: moment)
        let steps = plan(answer)
        #expect(text(of: steps) == whole)
        #expect(steps.filter { $0 == .pause(.milliseconds(50)) }.count == 1)
    }

    @Test(arguments: [
        (Fault(.close), [AnswerStep.close]),
        (Fault(.reset), [.reset]),
        (Fault(.hang), [.hang]),
        (Fault(.reset, delay: .milliseconds(4)), [.pause(.milliseconds(4)), .reset]),
        (Fault(.malformed("HTTP/x\r\n\r\n")), [.write(Array("HTTP/x\r\n\r\n".utf8)), .close]),
    ])
    func aFaultCanComeBeforeTheAnswer(fault: Fault, expected: [AnswerStep]) {
        var answer = ScriptedAnswer.fault(fault)
        answer.interim = [InterimAnswer()]
        #expect(plan(answer) == expected)
    }

    private func plan(_ answer: ScriptedAnswer, to request: ReceivedRequest = .sample()) -> [AnswerStep] {
        AnswerPlan(answer, to: request, outline: RequestOutline(body: request.body)).steps
    }

    private func text(of steps: [AnswerStep]) -> String {
        let bytes = steps.flatMap { if case .write(let bytes) = $0 { bytes } else { [UInt8]() } }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func body(of steps: [AnswerStep]) throws -> String {
        let text = text(of: steps)
        let head = try #require(text.range(of: "\r\n\r\n"))
        return String(text[head.upperBound...])
    }
}
