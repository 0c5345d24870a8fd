import Synchronization

/// Plays a scenario: keeps which rules are used up, and plans the answers.
final class ScenarioPlayer: AnswerSource {
    private let scenario: Scenario
    private let uses = Mutex([Int: Int]())

    init(_ scenario: Scenario) {
        self.scenario = scenario
    }

    var idleClose: Duration? { scenario.idleClose }
    var answersContinue: Bool { scenario.answersContinue }

    func steps(answering request: ReceivedRequest) -> [AnswerStep] {
        // Outside the lock: reading a large body takes its time.
        let outline = scenario.readsRequestBody ? RequestOutline(body: request.body) : RequestOutline()
        let candidates = scenario.rules.indices.filter {
            scenario.rules[$0].match.matches(request, outline: outline)
        }
        let rule = uses.withLock { uses in
            let rule = candidates.first { index in
                scenario.rules[index].times.map { uses[index, default: 0] < $0 } ?? true
            }
            if let rule { uses[rule, default: 0] += 1 }
            return rule
        }
        let answer = rule.map { scenario.rules[$0].answer } ?? Self.miss(request)
        return AnswerPlan(answer, to: request, outline: outline).steps
    }

    /// The answer when no rule is left for a request; the status is the one a replay miss has everywhere.
    private static func miss(_ request: ReceivedRequest) -> ScriptedAnswer {
        let message = "no rule of the scenario is left for \(request.method) \(request.uri)"
        return .error(ScriptedError(status: 599, type: "replay_miss_error", message: message))
    }
}
