/// Chooses where a request goes while no account is configured: the one upstream, with the client's own credentials.
///
/// This is the one place that picks the target of an attempt. A value without I/O and clock: events in, decisions out.
package struct PassThroughPolicy: Sendable {
    /// What to do next.
    enum Decision {
        /// Try this target.
        case attempt(UpstreamTarget, name: String, account: String?, because: String)
        /// Give the client the answer of the last attempt, or an error of the proxy's own if there is none.
        case answer
    }

    private let target: UpstreamTarget

    /// Makes a policy for one upstream.
    package init(target: UpstreamTarget) {
        self.target = target
    }

    /// A request has arrived.
    func requestArrived() -> Decision {
        .attempt(target, name: "anthropic", account: nil, because: "only upstream, no account configured")
    }

    /// An attempt is over, and nothing of it has gone to the client.
    func attemptFailed() -> Decision {
        .answer
    }
}
