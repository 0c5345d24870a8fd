import NIOCore
import Recorder

/// A request while its body arrives: checks what the head says, and collects the body within the memory budget.
final class IncomingRequest {
    let head: HTTPHead
    let target: RequestTarget
    let start: (wall: Timestamp, monotonic: NIODeadline)
    let isHead: Bool
    let isVersion11: Bool
    let keepsAlive: Bool
    let expectsContinue: Bool
    let hasUnknownExpectation: Bool
    let isProxied: Bool

    /// The whole body once it is there; `nil` when the request has none.
    private(set) var body: ByteBuffer?
    /// Body bytes that have arrived.
    private(set) var received = 0
    /// The name of the client key that the request came with, when client keys are in force.
    var clientKey: String?
    /// The header lines that held it, which go no further.
    var clientKeyLines: [Int] = []
    /// Whether the memory for what was read could not be had yet.
    private(set) var isWaitingForMemory = false

    private let worker: Worker
    private let framing: BodyFraming
    private let token: Int
    private var chunks = ChunkedDecoder()
    private var granted = 0
    private weak var client: ClientConnection?

    /// Bodies up to this size that come at once are not worth the accounting.
    private static let unaccounted = 64 << 10

    /// Checks the head.
    ///
    /// - Throws: `HTTPParseError` for what is no request this proxy can answer.
    init(_ head: HTTPHead, start: (Timestamp, NIODeadline), client: ClientConnection) throws(HTTPParseError) {
        self.head = head
        self.start = start
        self.client = client
        worker = client.worker
        target = try RequestTarget(head)
        framing = try BodyFraming.ofRequest(head)
        isVersion11 = head.withBytes(head.third) { $0.last != 0x30 }
        keepsAlive = isVersion11 ? !head.connectionSays("close") : head.connectionSays("keep-alive")
        isHead = head.withBytes(head.first) { $0.elementsEqual("HEAD".utf8) }
        isProxied = head.withBytes(target.path) { $0.starts(with: "/v1/".utf8) }
        let hosts = head.lines.count { $0.known == .host }
        guard hosts == 1 || hosts == 0 && !isVersion11 else {
            throw HTTPParseError("a request of HTTP/1.1 has one Host header, this one has \(hosts)")
        }
        guard head.namedByConnection().count <= 64 else {
            throw HTTPParseError("the Connection lines name more than 64 headers")
        }
        var expectations: [String] = []
        for line in head.lines where line.known == .expect && isVersion11 {
            expectations.append(head.text(line.value).lowercased())
        }
        expectsContinue = expectations.contains("100-continue") && framing != .none && framing != .length(0)
        hasUnknownExpectation = expectations.contains { $0 != "100-continue" }
        token = ObjectIdentifier(worker).hashValue &+ worker.nextToken()
        if framing != .none { body = ByteBuffer() }
    }

    /// Whether the head announces more than the limit.
    var isTooLarge: Bool {
        guard case .length(let length) = framing else { return false }
        return length > worker.settings.bodyLimit
    }

    /// Takes what belongs to the body off the front of `buffer`.
    ///
    /// - Returns: whether the body is whole.
    func read(_ buffer: inout ByteBuffer) throws(HTTPParseError) -> Bool {
        isWaitingForMemory = false
        switch framing {
        case .none, .untilClose:
            return true
        case .length(let length):
            let missing = length - (body?.readableBytes ?? 0)
            guard missing > 0 else { return true }
            let count = min(missing, buffer.readableBytes)
            guard count > 0 else { return false }
            guard grant(count, isWhole: count == missing) else { return false }
            received += count
            if body?.readableBytes == 0 {
                if count == length {
                    // All of it came with this read: it is kept as it lies.
                    body = buffer.readSlice(length: count)
                    return true
                }
                body = worker.allocator.buffer(capacity: length)
            }
            if var part = buffer.readSlice(length: count) { body?.writeBuffer(&part) }
            return count == missing
        case .chunked:
            // Granted for all that was read: the decoder only takes away from it.
            guard grant(buffer.readableBytes, isWhole: false) else { return false }
            while var part = try chunks.next(&buffer) {
                guard (body?.readableBytes ?? 0) + part.readableBytes <= worker.settings.bodyLimit else {
                    throw HTTPParseError(413, "the request body is larger than \(worker.settings.bodyLimit) bytes")
                }
                received += part.readableBytes
                body?.writeBuffer(&part)
            }
            return chunks.isDone
        }
    }

    /// Asks for the memory of bytes that were read.
    ///
    /// - Parameters:
    ///   - bytes: how many.
    ///   - isWhole: whether the body is complete with them, so that it will not stay here.
    /// - Returns: whether it was granted; if not, the client is told to go on when it makes sense to ask again.
    private func grant(_ bytes: Int, isWhole: Bool) -> Bool {
        let total = (body?.readableBytes ?? 0) + bytes
        guard total > granted, !isWhole || total > IncomingRequest.unaccounted else { return true }
        let client = NIOLoopBound(client, eventLoop: worker.eventLoop)
        let resume: @Sendable () -> Void = { client.value?.memoryMayBeFree() }
        let more = total - granted
        guard worker.bodyBudget.take(more, owner: token, eventLoop: worker.eventLoop, resume: resume) else {
            isWaitingForMemory = true
            return false
        }
        granted = total
        return true
    }

    /// Gives the memory of the body back: it was sent on, or nobody wants it.
    func abandon() {
        body = nil
        guard granted > 0 else { return }
        worker.bodyBudget.giveBack(granted, owner: token)
        granted = 0
    }

    /// The request as a page sees it.
    var page: PageRequest {
        PageRequest(
            method: head.text(head.first),
            target: head.text(target.pathAndQuery),
            headers: head.lines.map { (head.text($0.name), head.text($0.value)) },
            body: body ?? ByteBuffer()
        )
    }
}
