import NIOCore
import Recorder

/// Who gets the answer that comes over an upstream connection; called on the connection's event loop.
protocol UpstreamConsumer: AnyObject {
    /// The head of the final answer, once.
    func upstreamHead(_ head: HTTPHead, status: Int, framing: BodyFraming, at now: NIODeadline)
    /// An interim answer (1xx) to pass on.
    func upstreamInterim(_ head: HTTPHead)
    /// A run of body bytes.
    func upstreamBody(_ data: ByteBuffer, at now: NIODeadline)
    /// The end of the answer; the connection is free again.
    func upstreamEnd(at now: NIODeadline)
    /// The end of the attempt without a whole answer.
    func upstreamFailed(_ failure: UpstreamFailure, at now: NIODeadline)
    /// Everything one read brought has been passed on.
    func upstreamReadComplete()
    /// Whether more may be read now.
    var wantsUpstreamBytes: Bool { get }
}
