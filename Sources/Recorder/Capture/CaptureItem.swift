package import NIOCore

/// What an event loop hands to the recorder.
///
/// Indirect: items are moved from queue to queue, and an exchange is large.
package indirect enum CaptureItem: Sendable {
    /// A request's body, before the exchange is over: it has been sent on and need not be kept.
    case request(ExchangeID, HTTPHead, ByteBuffer)
    /// A part of the answer to attempt `attempt` (from 0), before the exchange is over.
    case responsePart(ExchangeID, attempt: Int, HTTPHead, CapturedStream)
    /// Everything else of an exchange, at its end; each exchange has exactly one.
    case finished(CapturedExchange)
    /// An exchange whose record was given up because the recorder was overloaded.
    case shed(ExchangeID, at: Timestamp)

    /// Roughly the memory the item holds, in bytes.
    var cost: Int {
        switch self {
        case .request(_, _, let body): 512 + body.readableBytes
        case .responsePart(_, _, _, let part): 512 + part.bytes.readableBytes
        case .finished(let exchange):
            exchange.attempts.reduce(4096 + (exchange.body?.readableBytes ?? 0)) { $0 + $1.body.bytes.readableBytes }
        case .shed: 64
        }
    }
}

/// Gets word when exchanges are recorded, in groups; called on the recorder's thread.
package protocol ReleaseQueue: AnyObject, Sendable {
    /// The exchanges of these tokens are written, or counted as lost.
    func release(_ tokens: [Int])
    /// There is room again after an overload.
    func recorderIsFree()
}

/// Whom to tell that an exchange is recorded.
package struct ReleaseTicket: Sendable {
    let queue: any ReleaseQueue
    let token: Int

    /// Makes a ticket; `token` means something to the queue only.
    package init(queue: any ReleaseQueue, token: Int) {
        self.queue = queue
        self.token = token
    }
}
