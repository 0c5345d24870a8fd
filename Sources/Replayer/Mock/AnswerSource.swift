/// What a mock upstream answers with: a scenario, or a recording.
package protocol AnswerSource: Sendable {
    /// After how long without a request a kept-alive connection is closed without notice; `nil` keeps it open.
    var idleClose: Duration? { get }
    /// Whether `Expect: 100-continue` is answered with an interim 100 before the body is read.
    var answersContinue: Bool { get }

    /// Chooses the answer of a whole request; called on the event loop of its connection.
    func steps(answering request: ReceivedRequest) -> [AnswerStep]
}
