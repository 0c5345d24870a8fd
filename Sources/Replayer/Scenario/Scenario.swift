/// A scripted upstream: which answer, in which form and with which fault, a request gets.
///
/// ```swift
/// let scenario = Scenario(rules: [
///     ScenarioRule(match: RequestMatch(stream: true), times: 1, answer: .message(ScriptedMessage(text: "Hello"))),
///     ScenarioRule(answer: .error(ScriptedError(status: 529, type: "overloaded_error", message: "Overloaded"))),
/// ])
/// ```
package struct Scenario: Sendable, Hashable {
    /// A name for people; may be empty.
    package var name: String
    /// The rules in order; the first that matches and is not used up answers.
    package var rules: [ScenarioRule]
    /// After how long without a request a kept-alive connection is closed without notice; `nil` keeps it open.
    package var idleClose: Duration?
    /// Whether `Expect: 100-continue` is answered with an interim 100 before the body is read.
    package var answersContinue: Bool
    /// Where chances and drawn delays begin; the same seed gives the same answers.
    package var seed: UInt64
    /// Accounts with limits of their own; with any, a request that carries the key of none gets a 401.
    package var accounts: [ScriptedAccount]
    /// Errors in place of the rules' answers; the first that strikes is taken, an account's own before these.
    package var errors: [ScriptedErrorRule]
    /// Faults in the answers of certain requests, in place of the rules' own.
    package var faults: [RequestFault]

    /// Makes a scenario.
    package init(
        name: String = "",
        rules: [ScenarioRule],
        idleClose: Duration? = nil,
        answersContinue: Bool = true,
        seed: UInt64 = 0,
        accounts: [ScriptedAccount] = [],
        errors: [ScriptedErrorRule] = [],
        faults: [RequestFault] = []
    ) {
        self.name = name
        self.rules = rules
        self.idleClose = idleClose
        self.answersContinue = answersContinue
        self.seed = seed
        self.accounts = accounts
        self.errors = errors
        self.faults = faults
    }

    /// Whether choosing or making an answer needs `model` and `stream` of the request body.
    var readsRequestBody: Bool {
        rules.contains { rule in
            if case .message = rule.answer.content { return true }
            return rule.match.model != nil || rule.match.stream != nil
        }
    }
}
