package import Recorder

/// What is to be done next for a request.
package enum RoutingDecision: Sendable {
    /// Send it to an account.
    case attempt(AttemptChoice)
    /// Ask again then.
    case wait(until: Timestamp, because: String)
    /// Answer the client, and try no further.
    case answer(RoutedAnswer, AnswerDecision)
}

/// The account of an attempt, and why.
package struct AttemptChoice: Hashable, Sendable {
    /// The account's name, or `nil` for the client's own credentials.
    package var account: String?
    /// Why it was chosen.
    package var because: String
    /// The others, each with the reason why not.
    package var rejected: [RejectedCandidate]
    /// Whether the attempt is answered with 429 here, without a call upstream.
    package var isForced = false
}

/// The answer a client gets.
package enum RoutedAnswer: Hashable, Sendable {
    /// The answer of the last attempt, unchanged; an error of the proxy's own when it has none.
    case upstream
    /// One of the proxy's own, as no account can serve.
    case own(Exhaustion)
}
