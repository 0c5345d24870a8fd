import Recorder

/// The steps that give a recorded answer again: its head, its bytes in the same reads and at the same times, its end.
///
/// Planned without sockets and without a clock.
struct RecordedAnswerPlan {
    private(set) var steps: [AnswerStep] = []

    private let speed: ReplaySpeed
    private let start: Int64

    /// Plans an answer.
    ///
    /// - Parameters:
    ///   - response: what was recorded; `nil` when no head came.
    ///   - body: its stored bytes.
    ///   - start: what its times count from, in microseconds from the start of the exchange.
    ///   - firstByte: when the first byte came.
    ///   - end: when it was over.
    ///   - ending: how.
    ///   - isHead: whether the request is a HEAD, which gets no body.
    ///   - speed: how fast time passes.
    init(
        _ response: RecordedResponse?,
        body: [UInt8],
        start: Int64,
        firstByte: Int64?,
        end: Int64,
        ending: Ending,
        isHead: Bool,
        speed: ReplaySpeed
    ) {
        self.speed = speed
        self.start = start
        guard let response else {
            wait(until: end)
            // Refused or reset before a head: as near to it as something that listens can come.
            steps.append(ending == .timeout || ending == .clientCancelled ? .hang : .reset)
            return
        }
        let framing = RecordedFraming(
            response,
            bodyLength: body.count,
            hasBody: !isHead && response.status != 204 && response.status != 304,
            isWhole: ending == .complete || ending == .errorEvent
        )
        if let firstByte { wait(until: firstByte) }
        steps.append(.write(head(response, framing)))
        if framing.hasBody { write(body, response.chunks, framing) }
        wait(until: end)
        finish(ending, framing)
    }

    private func head(_ response: RecordedResponse, _ framing: RecordedFraming) -> [UInt8] {
        let status = response.status
        var head = Array("HTTP/1.1 \(status) \(HTTPText.reason(of: status))\r\n".utf8)
        for index in response.headers.indices {
            let name = response.headers.name(at: index)
            let isLength = String(decoding: name, as: UTF8.self).equalsIgnoringCase("content-length")
            if isLength, framing.length == nil { continue }
            head += name
            head += ": ".utf8
            if isLength, let length = framing.length {
                head += String(length).utf8
            } else {
                head += response.headers.value(at: index)
            }
            head += "\r\n".utf8
        }
        if framing.addsChunked { head += "transfer-encoding: chunked\r\n".utf8 }
        return head + "\r\n".utf8
    }

    private mutating func write(_ body: [UInt8], _ chunks: [Chunk], _ framing: RecordedFraming) {
        var position = 0
        func framed(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
            guard framing.isChunked else { return Array(bytes) }
            return Array("\(String(bytes.count, radix: 16))\r\n".utf8) + bytes + Array("\r\n".utf8)
        }
        for chunk in chunks {
            // A bundle may claim any length.
            let end = position + min(max(0, chunk.length), body.count - position)
            guard end > position else { continue }
            wait(until: chunk.offset)
            steps.append(.write(framed(body[position..<end])))
            position = end
        }
        if position < body.count { steps.append(.write(framed(body[position...]))) }
    }

    private mutating func finish(_ ending: Ending, _ framing: RecordedFraming) {
        switch ending {
        case .complete, .errorEvent:
            if framing.hasBody, framing.isChunked { steps.append(.write(Array("0\r\n\r\n".utf8))) }
            if framing.closes { steps.append(.close) }
        case .truncated: steps.append(.close)
        case .reset: steps.append(.reset)
        // A silence that a time limit ended, or an answer whose client did not wait for the rest.
        case .timeout, .clientCancelled: steps.append(.hang)
        }
    }

    /// On an absolute line from the start of the answer, so that delays do not add up.
    private mutating func wait(until offset: Int64) {
        // A bundle may claim any time: one before the start is no wait.
        let (span, isBeyond) = offset.subtractingReportingOverflow(start)
        let scaled = speed.scaled(isBeyond ? (offset > start ? .max : 0) : max(0, span))
        if scaled > 0 { steps.append(.at(.microseconds(scaled))) }
    }
}
