import NIOCore
import Recorder

extension HTTPHead {
    /// Takes a head apart that is written as it lies on the wire, with LF as line ends.
    static func sample(_ text: String) -> HTTPHead {
        var bytes: [UInt8] = []
        var lines: [Line] = []
        var start: [Part] = []
        for (index, line) in text.split(separator: "\n").enumerated() {
            let begin = bytes.count
            bytes += Array(line.utf8)
            let colon = line.utf8.prefix { $0 != UInt8(ascii: ":") }.count
            if index == 0 {
                var position = begin
                for word in line.split(separator: " ", maxSplits: 2) {
                    start.append(Part(start: position, length: word.utf8.count))
                    position += word.utf8.count + 1
                }
            } else {
                let known = Array(line.utf8.prefix(colon)).withUnsafeBytes { KnownHeader($0) }
                lines.append(
                    Line(
                        name: Part(start: begin, length: colon),
                        value: Part(start: begin + colon + 2, length: line.utf8.count - colon - 2),
                        known: known
                    )
                )
            }
            bytes += [13, 10]
        }
        return HTTPHead(
            bytes: ByteBuffer(bytes: bytes),
            first: start[0],
            second: start[1],
            third: start[2],
            lines: lines
        )
    }
}

/// One exchange as an event loop would capture it.
struct CaptureSample {
    var number: UInt64
    var session: String? = "session-1"
    var requestBody = #"{"model":"claude-sonnet-4-5","messages":[{"role":"user","content":"hi"}]}"#
    /// Another head than the usual one.
    var requestHead: String?
    var answerHead = "HTTP/1.1 200 OK\ncontent-type: application/json"
    var answer: [[UInt8]] = [Array(#"{"type":"message","content":[]}"#.utf8)]

    init(_ number: UInt64) {
        self.number = number
    }

    var startedAt: Timestamp { Timestamp(microseconds: 1_795_168_800_000_000 + Int64(number) * 1000) }
    var id: ExchangeID { ExchangeID(time: startedAt, random: number) }
    var head: HTTPHead {
        if let requestHead { return .sample(requestHead) }
        let session = session.map { "x-claude-code-session-id: \($0)\n" } ?? ""
        return .sample("POST /v1/messages?beta=true HTTP/1.1\nhost: a\ncontent-type: application/json\n" + session)
    }

    /// Everything, as it is handed over at the end when nothing was before.
    var whole: CapturedExchange {
        var exchange = CapturedExchange(id: id, startedAt: startedAt, head: head)
        exchange.body = ByteBuffer(string: requestBody)
        exchange.bodyLength = requestBody.utf8.count
        exchange.duration = 90_000
        var attempt = CapturedAttempt(target: "anthropic", account: nil, because: "the only target", startedAt: 100)
        for index in 0..<3 { attempt.sent.keep(index) }
        let head = HTTPHead.sample(answerHead)
        attempt.head = head
        attempt.firstByteAt = 900
        attempt.endedAt = 80_000
        for (index, bytes) in answer.enumerated() {
            attempt.body.append(ByteBuffer(bytes: bytes), at: Int64(1000 + index))
        }
        exchange.attempts = [attempt]
        var derived = DerivedHead()
        for index in head.lines.indices { derived.keep(index) }
        derived.write("x-tapedeck-exchange", id.description)
        exchange.answer = CapturedAnswer(status: Int(head.text(head.second)) ?? 0, head: derived, repeatsAttempt: true)
        return exchange
    }

    /// The same handed over as it comes: the request, a part for each read, the rest.
    var inParts: [CaptureItem] {
        var exchange = whole
        var items = [CaptureItem.request(id, exchange.head, exchange.body ?? ByteBuffer())]
        exchange.body = nil
        exchange.attempts[0].body = CapturedStream()
        for (index, bytes) in answer.enumerated() {
            exchange.attempts[0].body.append(ByteBuffer(bytes: bytes), at: Int64(1000 + index))
            if index < answer.count - 1, let head = exchange.attempts[0].head {
                items.append(.responsePart(id, attempt: 0, head, exchange.attempts[0].body.take()))
            }
        }
        return items + [.finished(exchange)]
    }
}
