import Recorder
import Testing

@testable import Replayer

struct RecordedAnswerPlanTests {
    /// Plans an answer whose body came in reads of the given bytes and times, in microseconds.
    private func plan(
        _ chunks: [(Int64, String)] = [(3000, "hello")],
        status: Int = 200,
        headers: [(String, String)] = [("Content-Length", "5")],
        wireLength: Int? = nil,
        start: Int64 = 1000,
        firstByte: Int64? = 2000,
        end: Int64 = 4000,
        ending: Ending = .complete,
        isHead: Bool = false,
        speed: ReplaySpeed = .original
    ) -> [AnswerStep] {
        let body = chunks.flatMap { Array($0.1.utf8) }
        let response = RecordedResponse(
            status: status,
            headers: HeaderBlock(headers.map { HeaderField($0.0, $0.1) }),
            body: BodyRecord(wireLength: wireLength ?? body.count, storedLength: body.count),
            chunks: chunks.map { Chunk(offset: $0.0, length: $0.1.utf8.count) }
        )
        return RecordedAnswerPlan(
            response,
            body: body,
            start: start,
            firstByte: firstByte,
            end: end,
            ending: ending,
            isHead: isHead,
            speed: speed
        ).steps
    }

    private func write(_ text: String) -> AnswerStep { .write(Array(text.utf8)) }
    private func at(_ microseconds: Int) -> AnswerStep { .at(.microseconds(microseconds)) }

    @Test("the head keeps order, case and repeats; the bytes come in the recorded reads at the recorded times")
    func theRecordedReads() {
        let steps = plan(
            [(3000, "he"), (3500, "llo")],
            headers: [("X-B", "1"), ("content-length", "5"), ("x-a", ""), ("X-B", "2")]
        )
        #expect(
            steps == [
                at(1000), write("HTTP/1.1 200 OK\r\nX-B: 1\r\ncontent-length: 5\r\nx-a: \r\nX-B: 2\r\n\r\n"),
                at(2000), write("he"), at(2500), write("llo"), at(3000),
            ]
        )
    }

    @Test(
        "times pass faster or not at all",
        arguments: [("10x", [100, 200, 300]), ("0.5x", [2000, 4000, 6000]), ("max", [])]
    )
    func timesPassFaster(speed: String, times: [Int]) throws {
        let steps = plan(speed: try #require(ReplaySpeed(speed)))
        #expect(steps.filter { if case .at = $0 { true } else { false } } == times.map { at($0) })
        #expect(steps.filter { if case .write = $0 { true } else { false } }.count == 2)
    }

    @Test("times before the start, or unknown ones, are no wait")
    func timesBeforeTheStart() {
        let head = write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
        #expect(plan([(0, "hello")], start: 1000, firstByte: 500, end: 0) == [head, write("hello")])
        #expect(plan([(3000, "hello")], firstByte: nil, end: 0) == [head, at(2000), write("hello")])
    }

    @Test("each read of a chunked body is a chunk, and the last chunk comes at the end")
    func aChunkedBody() {
        let steps = plan(
            [(3000, "0123456789abcdef0"), (3000, ""), (3000, "x")],
            headers: [("Transfer-Encoding", "Chunked")]
        )
        #expect(
            steps == [
                at(1000), write("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n"), at(2000),
                write("11\r\n0123456789abcdef0\r\n"), at(2000), write("1\r\nx\r\n"), at(3000), write("0\r\n\r\n"),
            ]
        )
    }

    @Test("a body that the end of the connection ends is ended so, and so is a connection that the answer closes")
    func bodiesThatTheConnectionEnds() {
        #expect(plan(headers: []).suffix(3) == [write("hello"), at(3000), .close])
        #expect(plan(headers: [("content-length", "5"), ("Connection", "close")]).last == .close)
        #expect(plan(headers: [("content-length", "5"), ("Connection", "keep-alive")]).last == at(3000))
        let chunked = plan(headers: [("transfer-encoding", "chunked"), ("connection", "Close")])
        #expect(chunked.suffix(2) == [write("0\r\n\r\n"), .close])
    }

    @Test(
        "an ending is given again",
        arguments: [
            (Ending.complete, [AnswerStep.at(.milliseconds(3)), .write(Array("0\r\n\r\n".utf8))]),
            (.errorEvent, [.at(.milliseconds(3)), .write(Array("0\r\n\r\n".utf8))]),
            (.truncated, [.at(.milliseconds(3)), .close]),
            (.reset, [.at(.milliseconds(3)), .reset]),
            (.timeout, [.at(.milliseconds(3)), .hang]),
            (.clientCancelled, [.at(.milliseconds(3)), .hang]),
        ]
    )
    func anEndingIsGivenAgain(ending: Ending, last: [AnswerStep]) {
        let steps = plan(headers: [("transfer-encoding", "chunked")], ending: ending)
        #expect(Array(steps.suffix(last.count + 1)) == [write("5\r\nhello\r\n")] + last)
    }

    @Test(
        "an attempt that got no head ends as it did, in time",
        arguments: [
            (Ending.reset, AnswerStep.reset), (.truncated, .reset), (.timeout, .hang), (.clientCancelled, .hang),
        ]
    )
    func anAttemptWithoutAHead(ending: Ending, last: AnswerStep) {
        let steps = RecordedAnswerPlan(
            nil,
            body: [],
            start: 1000,
            firstByte: nil,
            end: 61_000,
            ending: ending,
            isHead: false,
            speed: .original
        ).steps
        #expect(steps == [at(60_000), last])
    }

    @Test(
        "a body that only the connection framed is sent in chunks when it broke off, so that it does not look whole",
        arguments: [
            (Ending.truncated, AnswerStep.close), (.reset, .reset), (.timeout, .hang), (.clientCancelled, .hang),
        ]
    )
    func aBrokenBodyWithoutFraming(ending: Ending, last: AnswerStep) {
        let steps = plan(headers: [("X-A", "b")], ending: ending)
        #expect(steps[1] == write("HTTP/1.1 200 OK\r\nX-A: b\r\ntransfer-encoding: chunked\r\n\r\n"))
        #expect(steps.suffix(3) == [write("5\r\nhello\r\n"), at(3000), last])
        let head = plan([], headers: [], ending: ending, isHead: true)
        #expect(head[1] == write("HTTP/1.1 200 OK\r\n\r\n"))
    }

    @Test(
        "a length that can't be true is left out, and the connection ends the body",
        arguments: [
            ["-5"], ["+5"], ["five"], [""], ["5, 5"], ["99999999999999999999"], ["9223372036854775807"], ["5", "7"],
            ["4"],
        ]
    )
    func aLengthThatCannotBeTrue(values: [String]) {
        // One byte more is stored than was on the wire: the largest length would not fit a number.
        let lines = values.map { ("Content-Length", $0) } + [("X-A", "b")]
        let steps = plan(headers: lines, wireLength: values == ["4"] ? 5 : 4)
        #expect(steps[1] == write("HTTP/1.1 200 OK\r\nX-A: b\r\n\r\n"))
        #expect(steps.suffix(3) == [write("hello"), at(3000), .close])
    }

    @Test("chunks go before a length that was recorded beside them")
    func chunksGoBeforeALength() {
        let steps = plan(headers: [("Content-Length", "3"), ("Transfer-Encoding", "chunked")])
        #expect(steps[1] == write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"))
        #expect(steps.suffix(3) == [write("5\r\nhello\r\n"), at(3000), write("0\r\n\r\n")])
    }

    @Test("a whole answer that announced more than came ends the connection")
    func aWholeAnswerThatAnnouncedMore() {
        #expect(plan(headers: [("content-length", "9")]).last == .close)
    }

    @Test("lengths and times that no recorder writes are taken for the nearest possible ones")
    func impossibleLengthsAndTimes() {
        let response = RecordedResponse(
            status: 200,
            headers: HeaderBlock([HeaderField("content-length", "5")]),
            body: BodyRecord(wireLength: 5, storedLength: 5),
            chunks: [
                Chunk(offset: .min, length: 1), Chunk(offset: 0, length: -7), Chunk(offset: .max, length: .max),
            ]
        )
        let steps = RecordedAnswerPlan(
            response,
            body: Array("hello".utf8),
            start: -1,
            firstByte: .min,
            end: .max,
            ending: .complete,
            isHead: false,
            speed: .original
        ).steps
        let last = AnswerStep.at(.microseconds(Int64.max))
        #expect(steps.dropFirst() == [write("h"), last, write("ello"), last])
    }

    @Test("a truncated answer announces what is missing")
    func aTruncatedAnswer() {
        let steps = plan(headers: [("content-length", "1000")], ending: .truncated)
        #expect(steps[1] == write("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n"))
        #expect(steps.suffix(3) == [write("hello"), at(3000), .close])
    }

    @Test(
        "a body that masking made longer or shorter announces its own length",
        arguments: [(17, 5, 5), (3, 5, 5), (17, 100, 88)]
    )
    func aMaskedBody(wireLength: Int, announced: Int, written: Int) {
        // 5 bytes are stored of the wire's; what was announced beyond that stays beyond.
        let said = announced == 5 ? wireLength : announced
        let steps = plan(headers: [("Content-Length", String(said))], wireLength: wireLength)
        #expect(steps[1] == write("HTTP/1.1 200 OK\r\nContent-Length: \(written)\r\n\r\n"))
    }

    @Test("answers that have no body send none, whatever their headers say")
    func answersWithoutABody() {
        let head = plan([], headers: [("content-length", "500")], isHead: true)
        #expect(head == [at(1000), write("HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n"), at(3000)])
        let chunked = plan([], headers: [("transfer-encoding", "chunked")], isHead: true)
        #expect(chunked.last == at(3000))
        #expect(plan([], status: 204, headers: []) == [at(1000), write("HTTP/1.1 204 No Content\r\n\r\n"), at(3000)])
        #expect(plan([], status: 304, headers: []).last == at(3000))
        let empty = plan([], headers: [("transfer-encoding", "chunked")])
        #expect(empty.last == write("0\r\n\r\n"))
    }

    @Test("bytes that no read accounts for still come")
    func bytesThatNoReadAccountsFor() {
        let response = RecordedResponse(
            status: 200,
            headers: HeaderBlock([HeaderField("content-length", "5")]),
            body: BodyRecord(wireLength: 5, storedLength: 5),
            chunks: [Chunk(offset: 0, length: 2), Chunk(offset: 0, length: 0)]
        )
        func steps(_ body: String) -> [AnswerStep] {
            RecordedAnswerPlan(
                response,
                body: Array(body.utf8),
                start: 0,
                firstByte: 0,
                end: 0,
                ending: .complete,
                isHead: false,
                speed: .max
            ).steps
        }
        #expect(steps("hello").dropFirst() == [write("he"), write("llo")])
        #expect(steps("h").dropFirst() == [write("h"), .close])
    }
}
