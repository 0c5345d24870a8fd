/// The steps that send a scripted answer, planned without sockets and without a clock.
struct AnswerPlan {
    private(set) var steps: [AnswerStep] = []

    private let answer: ScriptedAnswer
    private let request: ReceivedRequest
    private let body: AnswerBody
    private let framing: AnswerFraming
    private var random: SplitMix64

    /// Plans an answer.
    ///
    /// - Parameters:
    ///   - answer: What to answer.
    ///   - request: The request it answers; its number gives the ids.
    ///   - outline: What the request's body says.
    ///   - random: Where drawn delays come from: the head's, those of the events in order, those of the writes in order.
    init(
        _ answer: ScriptedAnswer,
        to request: ReceivedRequest,
        outline: RequestOutline,
        random: SplitMix64 = SplitMix64(seed: 0)
    ) {
        self.answer = answer
        self.request = request
        self.random = random
        body = AnswerBody(answer, for: request, outline: outline)
        framing = answer.framing ?? (body.isStream ? .chunked : .contentLength)
        plan()
        spreadWrites()
    }

    /// Whether the status or the method forbids a body (RFC 9110, section 6.4.1).
    private var isBodyless: Bool {
        request.method == "HEAD" || hasNoContent
    }

    private var hasNoContent: Bool {
        body.status == 204 || body.status == 304
    }

    private var endsConnection: Bool {
        answer.closesConnection || !request.keepsAlive || (framing == .close && !isBodyless)
    }

    private mutating func plan() {
        if let delay = answer.pace.head { steps.append(.pause(delay.draw(&random))) }
        if let fault = answer.fault, fault.moment == .beforeAnswer, perform(fault) { return }
        for interim in answer.interim {
            write(HTTPText.head(status: interim.status, headers: interim.headers))
        }
        write(HTTPText.head(status: body.status, headers: headers))
        let isCut = isBodyless ? performHeadFault() : planBody()
        if !isCut, endsConnection { steps.append(.close) }
    }

    /// Plans the body up to the fault that ends it, if one does; tells whether one did.
    private mutating func planBody() -> Bool {
        var fault = answer.fault.flatMap { $0.moment == .beforeAnswer ? nil : $0 }
        let faultOffset = fault.map { body.offset(of: $0.moment) } ?? 0
        var offset = 0
        // A repeated event is framed once: its copies share their bytes, however many there are.
        var last: (bytes: [UInt8], framed: [UInt8]) = ([], [])
        for segment in body.segments where !segment.bytes.isEmpty {
            if let due = fault, faultOffset == offset {
                if perform(due) { return true }
                fault = nil
            }
            if let delay = segment.delay { steps.append(.pause(delay.draw(&random))) }
            let end = offset + segment.bytes.count
            if let due = fault, faultOffset < end {
                let kept = faultOffset - offset
                if due.action == .end {
                    // The last chunk is as long as what is left of it: proper framing.
                    write(framed(Array(segment.bytes[..<kept])))
                    return perform(due)
                }
                let framed = framed(segment.bytes)
                let cut = framed.count - (segment.bytes.count - kept) - (framing == .chunked ? 2 : 0)
                write(Array(framed[..<cut]))
                if perform(due) { return true }
                fault = nil
                write(Array(framed[cut...]))
            } else {
                if last.bytes != segment.bytes { last = (segment.bytes, framed(segment.bytes)) }
                write(last.framed)
            }
            offset = end
        }
        if let due = fault, perform(due) { return true }
        if framing == .chunked { write(Array("0\r\n\r\n".utf8)) }
        return false
    }

    private mutating func performHeadFault() -> Bool {
        guard let fault = answer.fault, fault.moment != .beforeAnswer else { return false }
        return perform(fault)
    }

    /// Adds the steps of a fault; tells whether the answer is over with it.
    private mutating func perform(_ fault: Fault) -> Bool {
        if let delay = fault.delay { steps.append(.pause(delay)) }
        switch fault.action {
        case .close:
            steps.append(.close)
        case .reset:
            steps.append(.reset)
        case .end:
            if framing == .chunked { write(Array("0\r\n\r\n".utf8)) }
            if endsConnection { steps.append(.close) }
        case .stall(let time):
            steps.append(.pause(time))
            return false
        case .hang:
            steps.append(.hang)
        case .malformed(let text):
            write(Array(text.utf8))
            steps.append(.close)
        }
        return true
    }

    private var headers: [ScriptedHeader] {
        var automatic: [ScriptedHeader] = []
        if let contentType = body.contentType, !hasNoContent {
            automatic.append(ScriptedHeader("content-type", contentType))
        }
        if answer.gzip, !hasNoContent { automatic.append(ScriptedHeader("content-encoding", "gzip")) }
        if !hasNoContent {
            switch framing {
            case .contentLength: automatic.append(ScriptedHeader("content-length", String(announcedLength)))
            case .chunked: automatic.append(ScriptedHeader("transfer-encoding", "chunked"))
            case .close: break
            }
        }
        automatic.append(ScriptedHeader("request-id", MockIdentifier.request(request.index)))
        if endsConnection { automatic.append(ScriptedHeader("connection", "close")) }
        return automatic.filter { header in !answer.headers.contains { $0.isNamed(header.name) } } + answer.headers
    }

    /// The length to announce: all of the body, unless the script ends it early and properly.
    private var announcedLength: Int {
        guard let fault = answer.fault, fault.action == .end else { return body.length }
        return body.offset(of: fault.moment)
    }

    private func framed(_ bytes: [UInt8]) -> [UInt8] {
        guard framing == .chunked, !bytes.isEmpty else { return bytes }
        return Array("\(String(bytes.count, radix: 16))\r\n".utf8) + bytes + Array("\r\n".utf8)
    }

    private mutating func write(_ bytes: [UInt8]) {
        if !bytes.isEmpty { steps.append(.write(bytes)) }
    }

    private mutating func spreadWrites() {
        guard let size = answer.pace.split, size > 0 else { return }
        var random = random
        steps = steps.flatMap { step -> [AnswerStep] in
            guard case .write(let bytes) = step else { return [step] }
            return stride(from: 0, to: bytes.count, by: size).flatMap { start -> [AnswerStep] in
                let part = AnswerStep.write(Array(bytes[start..<min(start + size, bytes.count)]))
                return answer.pace.write.map { [part, .pause($0.draw(&random))] } ?? [part]
            }
        }
    }
}
