import Recorder
import Synchronization

/// Plays a scenario: keeps how far it has come, and plans the answers.
final class ScenarioPlayer: AnswerSource {
    private let scenario: Scenario
    private let now: @Sendable () -> Timestamp
    private let progress: Mutex<ScenarioProgress>

    /// Makes a player; the scenario begins now.
    ///
    /// - Parameters:
    ///   - scenario: What it plays.
    ///   - now: The clock of its limits, its windows and the times in its headers.
    init(_ scenario: Scenario, now: @escaping @Sendable () -> Timestamp = { WallClock.now() }) {
        self.scenario = scenario
        self.now = now
        progress = Mutex(ScenarioProgress(scenario, now: now()))
    }

    var idleClose: Duration? { scenario.idleClose }
    var answersContinue: Bool { scenario.answersContinue }

    func steps(answering request: ReceivedRequest) -> [AnswerStep] {
        // Outside the lock: reading a large body takes its time.
        let outline = scenario.readsRequestBody ? RequestOutline(body: request.body) : RequestOutline()
        let candidates = scenario.rules.indices.filter {
            scenario.rules[$0].match.matches(request, outline: outline)
        }
        let now = now()
        var random = SplitMix64(seed: scenario.seed, request: request.index)
        var answer = progress.withLock { progress in
            progress.answer(request, candidates: candidates, now: now, random: &random)
        }
        if let fault = scenario.faults.first(where: { $0.request == request.index }) { answer.fault = fault.fault }
        answer.headers = TimeTemplate.fill(answer.headers, now: now)
        for index in answer.interim.indices {
            answer.interim[index].headers = TimeTemplate.fill(answer.interim[index].headers, now: now)
        }
        return AnswerPlan(answer, to: request, outline: outline, random: random).steps
    }
}
