package import Recorder
import Synchronization

/// The one policy of a proxy, shared by its event loops, with the accounts it chooses from.
///
/// Each call holds the lock for a few microseconds.
package final class AccountRouter: Sendable {
    /// What has to be done next, with the account of an attempt.
    enum Step {
        case attempt(AttemptChoice, Account?)
        case wait(until: Timestamp, because: String)
        case answer(RoutedAnswer, AnswerDecision)
    }

    /// What the choice depends on, and so has to be found out about a request.
    enum Interest: Int {
        case nothing
        case model
        case modelAndSession
    }

    private struct State {
        var policy: RoutingPolicy
        var accounts: [Account] = []
        /// Events since the state was last asked for.
        var isChanged = false
    }

    private let state: Mutex<State>
    private let maskingKey: MaskingKey
    private let interestCode = Atomic<Int>(Interest.nothing.rawValue)

    /// Makes a router without accounts.
    ///
    /// - Parameters:
    ///   - configuration: the numbers of the policy.
    ///   - maskingKey: gives the tags by which one key is told from another.
    ///   - seed: decides the jitter of retries.
    package init(_ configuration: RoutingConfiguration, maskingKey: MaskingKey, seed: UInt64) {
        self.maskingKey = maskingKey
        state = Mutex(State(policy: RoutingPolicy(configuration, seed: seed)))
    }

    /// Takes over the accounts there are now.
    package func use(_ accounts: [Account]) {
        let strategy = state.withLock { state in
            state.accounts = accounts
            state.isChanged = true
            state.policy.use(
                accounts.map {
                    RoutedAccount(
                        name: $0.name,
                        priority: $0.priority,
                        isPaused: $0.isPaused,
                        tag: maskingKey.placeholder(ofKey: $0.credential.secret)
                    )
                }
            )
            return state.policy.configuration.strategy
        }
        let isSticky = strategy == .session && accounts.count > 1
        let interest: Interest = accounts.isEmpty ? .nothing : isSticky ? .modelAndSession : .model
        interestCode.store(interest.rawValue, ordering: .relaxed)
    }

    /// What has to be found out about a request.
    var interest: Interest { Interest(rawValue: interestCode.load(ordering: .relaxed)) ?? .modelAndSession }

    /// Whether a conversation is away from its account, so that the age of its prompt cache matters.
    func isAway(_ session: SessionKey, at now: Timestamp) -> Bool {
        state.withLock { $0.policy.sessions.entry(session, at: now)?.standIn != nil }
    }

    // MARK: - Events

    func requestArrived(_ request: RoutedRequest, at now: Timestamp) -> (RequestRoute, Step) {
        state.withLock { state in
            state.isChanged = true
            let (route, decision) = state.policy.requestArrived(request, at: now)
            return (route, step(decision, state))
        }
    }

    func waitEnded(_ route: inout RequestRoute, at now: Timestamp) -> Step {
        state.withLock { state in
            state.isChanged = true
            return step(state.policy.waitEnded(&route, at: now), state)
        }
    }

    func attemptEnded(_ route: inout RequestRoute, _ outcome: AttemptOutcome, at now: Timestamp) -> Step {
        state.withLock { state in
            state.isChanged = true
            return step(state.policy.attemptEnded(&route, outcome, at: now), state)
        }
    }

    func committed(_ route: inout RequestRoute, _ limits: RateLimitReport, at now: Timestamp) {
        state.withLock { state in
            state.isChanged = true
            state.policy.committed(&route, limits, at: now)
        }
    }

    func ended(_ route: inout RequestRoute, _ outcome: AttemptOutcome?, at now: Timestamp) {
        state.withLock { state in
            state.isChanged = true
            state.policy.ended(&route, outcome, at: now)
        }
    }

    private func step(_ decision: RoutingDecision, _ state: State) -> Step {
        switch decision {
        case .attempt(let choice):
            .attempt(choice, choice.account.flatMap { name in state.accounts.first { $0.name == name } })
        case .wait(let until, let because): .wait(until: until, because: because)
        case .answer(let answer, let decision): .answer(answer, decision)
        }
    }

    // MARK: - Between two starts

    /// Takes over what an earlier process knew.
    package func restore(_ snapshot: RoutingSnapshot, at now: Timestamp) {
        state.withLock { $0.policy.restore(snapshot, at: now) }
    }

    /// The state of the accounts now.
    package func snapshot(at now: Timestamp) -> RoutingSnapshot {
        state.withLock { $0.policy.snapshot(at: now) }
    }

    /// The state of the accounts, if anything happened since this was last asked.
    func changes(at now: Timestamp) -> RoutingSnapshot? {
        state.withLock { state in
            guard state.isChanged else { return nil }
            state.isChanged = false
            return state.policy.snapshot(at: now)
        }
    }

    /// The conversations and their accounts.
    func sessions() -> [RoutingSnapshot.SessionState] {
        // Thousands take a while to sort: not under the lock.
        let policy = state.withLock { $0.policy }
        return policy.sessionStates()
    }

    /// Lets the next `changes` give the state in any case.
    func isChanged() {
        state.withLock { $0.isChanged = true }
    }
}
