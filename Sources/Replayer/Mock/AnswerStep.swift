/// One step of sending an answer.
package enum AnswerStep: Sendable, Hashable {
    /// Write these bytes and wait until the kernel has them.
    case write([UInt8])
    /// Let this time pass.
    case pause(Duration)
    /// Wait until that long after the request was whole; nothing when it is later already.
    case at(Duration)
    /// Go on with the steps of a live upstream's answer.
    case forward(ForwardedMiss)
    /// Close the connection (FIN).
    case close
    /// Reset the connection (RST).
    case reset
    /// Do nothing more; the connection stays open until the client closes it.
    case hang
}
