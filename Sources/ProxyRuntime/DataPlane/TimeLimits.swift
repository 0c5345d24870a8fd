package import NIOCore

/// How long the data plane waits for what.
package struct TimeLimits: Sendable {
    /// To connect to an upstream, TLS included.
    package var connect: TimeAmount = .seconds(10)
    /// From the request to the first byte of the answer.
    package var firstByte: TimeAmount = .seconds(600)
    /// From the arrival of a whole request to the last moment at which nothing of an answer may have gone to the client, where
    /// accounts are chosen from.
    package var request: TimeAmount = .seconds(600)
    /// Between two reads of an answer.
    package var betweenBytes: TimeAmount = .seconds(300)
    /// How long an unused upstream connection is kept.
    package var upstreamIdle: TimeAmount = .seconds(45)
    /// For a client to send a whole head, once it has begun.
    package var clientHead: TimeAmount = .seconds(60)
    /// Between two reads of a request body.
    package var clientBody: TimeAmount = .seconds(60)
    /// For a whole request body.
    package var clientBodyTotal: TimeAmount = .seconds(600)
    /// How long a request waits for memory for its body.
    package var memory: TimeAmount = .seconds(30)
    /// How long a client's unused connection is kept.
    package var clientIdle: TimeAmount = .seconds(300)
    /// How long a client that is refused while it sends is listened to, so that the answer reaches it.
    package var linger: TimeAmount = .seconds(5)
    /// How long open streams may go on when the proxy ends.
    package var drain: TimeAmount = .seconds(30)

    /// Makes the limits of the defaults.
    package init() {}

    /// How often the limits are looked at: fine enough for the shortest of them.
    var tick: TimeAmount {
        let shortest = min(
            connect,
            firstByte,
            request,
            betweenBytes,
            upstreamIdle,
            clientHead,
            clientBody,
            clientIdle,
            linger
        )
        return max(.milliseconds(10), min(.seconds(1), .nanoseconds(shortest.nanoseconds / 4)))
    }
}

extension TimeAmount {
    /// The amount as a person says it, such as `10 s` or `250 ms`.
    var text: String {
        nanoseconds % 1_000_000_000 == 0 ? "\(nanoseconds / 1_000_000_000) s" : "\(nanoseconds / 1_000_000) ms"
    }
}
