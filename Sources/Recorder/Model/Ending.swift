/// How an exchange or an attempt came to its end.
package enum Ending: String, Sendable, CaseIterable {
    /// Every byte that was announced arrived.
    case complete
    /// The stream carried an `error` event.
    case errorEvent = "error_event"
    /// The body ended before its framing said so.
    case truncated
    /// The connection was reset, refused or could not be made.
    case reset
    /// A time limit ran out.
    case timeout
    /// The client left before the end.
    case clientCancelled = "client_cancelled"
}
