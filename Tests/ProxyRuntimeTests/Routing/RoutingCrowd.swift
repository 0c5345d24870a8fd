import Recorder
import TestSupport

@testable import ProxyRuntime

/// Requests that come, are tried and are answered by chance, with what was wrong about it.
struct RoutingCrowd {
    private struct Flight {
        var route: RequestRoute
        var decision: RoutingDecision
        var due: Timestamp
        var arrived: Timestamp
        var attempts = 0
        var isCommitted = false
    }

    var sample: PolicySample
    private(set) var answered = 0
    private(set) var steps = 0
    private(set) var complaints: [String] = []
    private(set) var kinds: Set<AttemptKind> = []
    private(set) var log: [String] = []
    private var random: SeededGenerator
    private var flights: [Flight] = []
    private let names: [String]
    private let limit: Int

    private static let deadline: Int64 = 120_000_000

    init(seed: Int) {
        random = SeededGenerator(seed: UInt64(seed) &+ 77)
        let count = Int.random(in: 1...5, using: &random)
        names = (0..<count).map { "a\($0)" }
        let hold: Int64 = Bool.random(using: &random) ? 30_000_000 : 0
        let attempts: Int? = Int.random(in: 0..<4, using: &random) == 0 ? 3 : nil
        sample = PolicySample(names, strategy: Strategy.allCases[seed % Strategy.allCases.count]) {
            $0.hold = hold
            $0.requestDeadline = RoutingCrowd.deadline
            $0.maxAttempts = attempts
        }
        limit = attempts ?? min(10, 2 * count)
    }

    private mutating func chance(_ percent: Int) -> Bool {
        Int.random(in: 0..<100, using: &random) < percent
    }

    // MARK: - Time

    /// The next thing that happens.
    mutating func step() {
        steps += 1
        if chance(1) { changeAccounts() }
        if flights.isEmpty || flights.count < 25 && chance(40) { return arrive() }
        guard let next = flights.indices.min(by: { flights[$0].due < flights[$1].due }) else { return }
        sample.now = max(sample.now, flights[next].due)
        var flight = flights.remove(at: next)
        if flight.isCommitted {
            let end: AttemptKind = chance(10) ? .streamError : .success
            sample.policy.ended(&flight.route, AttemptOutcome(kind: end), at: sample.now)
        } else if !carryOut(&flight) {
            look(at: &flight)
            flights.append(flight)
        } else if flight.isCommitted {
            flight.due = sample.later(Double.random(in: 0.01...90, using: &random))
            flights.append(flight)
        }
    }

    /// Ends everything that is still open.
    mutating func finish() {
        for var flight in flights { sample.policy.ended(&flight.route, nil, at: sample.now) }
        flights = []
    }

    private mutating func changeAccounts() {
        let accounts = names.map { name in
            RoutedAccount(name: name, isPaused: chance(15), tag: chance(10) ? "other" : "")
        }
        sample.policy.use(names.count > 1 && chance(10) ? Array(accounts.dropFirst()) : accounts)
        if chance(30) { sample.policy.restore(sample.policy.snapshot(at: sample.now), at: sample.now) }
    }

    private mutating func arrive() {
        let family = ["opus", "haiku", nil].randomElement(using: &random) ?? nil
        let session = chance(60) ? "s\(Int.random(in: 0..<30, using: &random))" : nil
        let pin = chance(5) ? names.randomElement(using: &random) : nil
        let request = sample.request(session: session, family: family, pin: pin, isRepeatable: !chance(10))
        let (route, decision) = sample.arrive(request)
        var flight = Flight(route: route, decision: decision, due: sample.now, arrived: sample.now)
        look(at: &flight)
        flights.append(flight)
    }

    // MARK: - Decisions

    /// What a new decision must fulfil, and when it is carried out.
    private mutating func look(at flight: inout Flight) {
        log.append("\(flight.decision.account ?? "-") \(flight.decision.because)")
        switch flight.decision {
        case .attempt(let choice):
            flight.attempts += 1
            if flight.attempts > limit { complain("\(flight.attempts) attempts") }
            guard let name = choice.account else { return flight.due = sample.now }
            let isLast = choice.because.hasPrefix("nothing else is left")
            let cooldowns = sample.cooldowns(name).filter { $0.concerns(flight.route.request.family) }
            if !isLast, !cooldowns.isEmpty { complain("\(name) is in cool-down: \(cooldowns)") }
            if isLast, let other = plainlyFree(for: flight, but: name) { complain("\(other) was left") }
            flight.due = sample.later(Double.random(in: 0.01...20, using: &random))
        case .wait(let until, let because):
            if until <= sample.now { complain("a wait until then") }
            if until > flight.arrived.advanced(byMicroseconds: Self.deadline) { complain("a wait beyond the deadline") }
            if !because.hasPrefix("again after"), let other = plainlyFree(for: flight) {
                complain("waits beside \(other)")
            }
            flight.due = min(until, sample.later(1))
        case .answer(let answer, let decision):
            if case .own(let exhaustion) = answer { look(at: exhaustion, decision, flight) }
            flight.due = sample.now
        }
    }

    private mutating func look(at exhaustion: Exhaustion, _ decision: AnswerDecision, _ flight: Flight) {
        if [401, 403].contains(exhaustion.status) { complain("status \(exhaustion.status)") }
        if exhaustion.retryAfter ?? 1 < 1 { complain("retry-after \(exhaustion.retryAfter ?? 0)") }
        let latest = flight.arrived.advanced(byMicroseconds: Self.deadline + 20_000_000)
        if sample.now > latest { complain("an answer too late") }
        let isBound =
            decision.because.contains("attempts are made") || decision.because.contains("time for the request")
            || decision.because.contains("not sent twice")
        if !isBound, let other = plainlyFree(for: flight) { complain("an answer beside \(other): \(decision.because)") }
    }

    /// An account that nothing keeps from serving the request, as far as that can be told without the policy's help.
    private func plainlyFree(for flight: Flight, but name: String? = nil) -> String? {
        let request = flight.route.request
        return sample.policy.accounts.first { state in
            state.account.name != name && !state.account.isPaused
                && (request.pin == nil || request.pin == state.account.name)
                && flight.route.trial(state.id) == nil && state.faults < AccountState.breakerLimit
                && state.refusals == 0 && state.admitted.isEmpty && state.buckets.isEmpty
                && state.cooldowns.allSatisfy { $0.until <= sample.now || !$0.concerns(request.family) }
        }?.account.name
    }

    private mutating func complain(_ text: String) {
        complaints.append("step \(steps): \(text)")
    }

    // MARK: - Outcomes

    /// Carries a decision out.
    ///
    /// - Returns: whether the client has its answer, or the first bytes of it.
    private mutating func carryOut(_ flight: inout Flight) -> Bool {
        switch flight.decision {
        case .attempt(let choice):
            if chance(5) {
                sample.policy.ended(&flight.route, nil, at: sample.now)
                answered += 1
                return true
            }
            let outcome = choice.account == nil ? .answer(.serverError, 500) : outcome()
            kinds.insert(outcome.kind)
            if outcome.kind == .success {
                sample.policy.committed(&flight.route, outcome.limits, at: sample.now)
                flight.isCommitted = true
                answered += 1
                return true
            }
            flight.decision = sample.policy.attemptEnded(&flight.route, outcome, at: sample.now)
            if flight.decision.isUpstreamAnswer, outcome.isGood {
                flight.isCommitted = true
                answered += 1
                return true
            }
        case .wait:
            flight.decision = sample.policy.waitEnded(&flight.route, at: sample.now)
        case .answer:
            answered += 1
            return true
        }
        return false
    }

    private mutating func outcome() -> AttemptOutcome {
        let kind = chance(50) ? .success : AttemptKind.allCases.randomElement(using: &random) ?? .success
        var outcome = AttemptOutcome.answer(kind, 429)
        switch kind {
        case .success, .forced, .clientCancelled:
            outcome = .answer(.success, 200)
            if chance(10) {
                var bucket = LimitBucket(name: "requests")
                bucket.limit = 50
                bucket.remaining = Int.random(in: 0...50, using: &random)
                bucket.reset = sample.later(Double.random(in: 0.1...60, using: &random))
                outcome.limits.buckets = [bucket]
            }
        case .accountQuota:
            let until = chance(90) ? sample.later(Double.random(in: 0.001...900, using: &random)) : nil
            outcome = .quota(until: until, status: chance(50) ? 429 : 200)
            outcome.limits.fallbackPercentage = chance(50) ? 0.5 : nil
        case .modelQuota: outcome = .quota(until: sample.later(90), window: "7d_oi")
        case .throttle, .rateLimitKey, .overloaded:
            if chance(50) { outcome.limits.retryAfter = Int64.random(in: 1...200_000_000, using: &random) }
        case .network, .timeout:
            outcome = AttemptOutcome(kind: kind)
            outcome.isUnsent = chance(50)
        case .serverError, .auth, .invalidRequest:
            // A spent window beside a status that says something else.
            let limits = chance(20) ? AttemptOutcome.quota(until: sample.later(300)).limits : RateLimitReport()
            outcome = .answer(kind, kind == .serverError ? 500 : kind == .auth ? 401 : 400, limits)
        default: break
        }
        return outcome
    }
}
