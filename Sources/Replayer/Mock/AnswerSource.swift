/// What a mock upstream answers with: a scenario, or a recording.
package protocol AnswerSource: Sendable {
    /// After how long without a request a kept-alive connection is closed without notice; `nil` keeps it open.
    var idleClose: Duration? { get }
    /// Whether `Expect: 100-continue` is answered with an interim 100 before the body is read.
    var answersContinue: Bool { get }

    /// Carries out `AnswerStep.forward`; `nil` when nothing is ever forwarded.
    var forwarder: Forwarder? { get }

    /// Whether choosing may read files or take long: then it is done on a thread of its own, one request after another.
    var isBlocking: Bool { get }

    /// Chooses the answer of a whole request; called on the event loop of its connection unless it blocks.
    func steps(answering request: ReceivedRequest) -> [AnswerStep]
}

extension AnswerSource {
    /// Nothing is forwarded unless a source says so.
    package var forwarder: Forwarder? { nil }

    /// Nothing blocks unless a source says so.
    package var isBlocking: Bool { false }
}
