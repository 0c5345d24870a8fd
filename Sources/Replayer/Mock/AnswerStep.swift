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
    /// Send no more (FIN), and ignore what the client still sends until it closes too, or ten seconds.
    case closeOutput
    /// Reset the connection (RST), when the client's system has what was written before.
    case reset
    /// Do nothing more; the connection stays open until the client closes it.
    case hang
}
