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
        let framing = Framing(response, hasBody: !isHead && response.status != 204 && response.status != 304)
        if let firstByte { wait(until: firstByte) }
        steps.append(.write(head(response, framing)))
        if framing.hasBody { write(body, response.chunks, framing) }
        wait(until: end)
        finish(ending, framing)
    }

    private struct Framing {
        var hasBody: Bool
        var isChunked: Bool
        var length: Int?
        /// The end of the connection is the end of the body, or was asked for.
        var closes: Bool

        init(_ response: RecordedResponse, hasBody: Bool) {
            self.hasBody = hasBody
            isChunked = response.headers.contains {
                $0.name.equalsIgnoringCase("transfer-encoding") && $0.value.lowercased().contains("chunked")
            }
            // Masking may have made the body longer or shorter.
            length = response.headers.first("content-length").flatMap { Int($0) }
                .map { max(0, $0 + response.body.storedLength - response.body.wireLength) }
            let saysClose = response.headers.contains {
                $0.name.equalsIgnoringCase("connection") && $0.value.lowercased().contains("close")
            }
            closes = saysClose || hasBody && !isChunked && length == nil
        }
    }

    private func head(_ response: RecordedResponse, _ framing: Framing) -> [UInt8] {
        let status = response.status
        var head = Array("HTTP/1.1 \(status) \(HTTPText.reason(of: status))\r\n".utf8)
        for index in response.headers.indices {
            let name = response.headers.name(at: index)
            head += name
            head += ": ".utf8
            let isLength = String(decoding: name, as: UTF8.self).equalsIgnoringCase("content-length")
            if isLength, let length = framing.length, !framing.isChunked {
                head += String(length).utf8
            } else {
                head += response.headers.value(at: index)
            }
            head += "\r\n".utf8
        }
        return head + "\r\n".utf8
    }

    private mutating func write(_ body: [UInt8], _ chunks: [Chunk], _ framing: Framing) {
        var position = 0
        func framed(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
            guard framing.isChunked else { return Array(bytes) }
            return Array("\(String(bytes.count, radix: 16))\r\n".utf8) + bytes + Array("\r\n".utf8)
        }
        for chunk in chunks {
            let end = min(body.count, position + chunk.length)
            guard end > position else { continue }
            wait(until: chunk.offset)
            steps.append(.write(framed(body[position..<end])))
            position = end
        }
        if position < body.count { steps.append(.write(framed(body[position...]))) }
    }

    private mutating func finish(_ ending: Ending, _ framing: Framing) {
        switch ending {
        case .complete, .errorEvent:
            if framing.hasBody, framing.isChunked { steps.append(.write(Array("0\r\n\r\n".utf8))) }
            if framing.closes { steps.append(.close) }
        case .truncated: steps.append(.close)
        case .reset:
            // So that what was written before reaches the client before the reset does.
            steps += [.pause(.milliseconds(20)), .reset]
        // A silence that a time limit ended, or an answer whose client did not wait for the rest.
        case .timeout, .clientCancelled: steps.append(.hang)
        }
    }

    /// On an absolute line from the start of the answer, so that delays do not add up.
    private mutating func wait(until offset: Int64) {
        let span = speed.scaled(max(0, offset - start))
        if span > 0 { steps.append(.at(.microseconds(span))) }
    }
}
