/// How long a transfer may take, and how much of an answer may come.
package struct CurlLimits: Hashable, Sendable {
    /// How long the connection may take to be made, TLS included.
    package var connect: Duration
    /// How long nothing may move, in either direction; `nil` for no limit.
    package var silence: Duration?
    /// How long everything may take; `nil` for no limit.
    package var total: Duration?
    /// The most body bytes that are taken; an answer with more ends as `tooLarge`.
    package var body: Int

    /// Makes limits.
    package init(
        connect: Duration = .seconds(30),
        silence: Duration? = nil,
        total: Duration? = nil,
        body: Int = 64 << 20
    ) {
        self.connect = connect
        self.silence = silence
        self.total = total
        self.body = body
    }
}

extension Duration {
    /// Whole milliseconds, rounded up, at least 1, and no more than libcurl takes.
    var milliseconds: Int {
        let (seconds, attoseconds) = components
        guard seconds >= 0, seconds < 1 << 31 else { return seconds < 0 ? 1 : Int(Int32.max) }
        let count = seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        return Int(min(max(1, count), Int64(Int32.max)))
    }
}
