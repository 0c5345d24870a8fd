/// What goes wrong in an answer, and where.
package struct Fault: Sendable, Hashable {
    /// What goes wrong.
    package enum Action: Sendable, Hashable {
        /// The connection is closed cleanly, before the framing says that the body ends.
        case close
        /// The connection is reset (RST).
        case reset
        /// The body ends properly framed, but here: a stream without its last events.
        case end
        /// Nothing is sent for a while; then the answer goes on.
        case stall(Duration)
        /// Nothing more is sent, and the connection stays open.
        case hang
        /// These bytes are sent in place of the rest, and the connection is closed.
        case malformed(String)
    }

    /// Where in the answer it happens.
    ///
    /// Bytes are body bytes as encoded (gzip), without the framing; events count from 1.
    package enum Moment: Sendable, Hashable {
        /// Before the first byte of the answer, interim answers included.
        case beforeAnswer
        /// Between head and body.
        case afterHead
        /// After so many bytes of the body.
        case afterBytes(Int)
        /// After this event.
        case afterEvent(Int)
        /// After so many bytes of this event.
        case insideEvent(Int, bytes: Int)
    }

    /// What goes wrong.
    package var action: Action
    /// Where it goes wrong; past the end of the body means at its end.
    package var moment: Moment
    /// The delay before it; `nil` is none, but 20 ms before a reset that follows bytes, which it could overtake.
    package var delay: Duration?

    /// Makes a fault.
    package init(_ action: Action, at moment: Moment = .beforeAnswer, delay: Duration? = nil) {
        self.action = action
        self.moment = moment
        self.delay = delay
    }
}
