import Recorder
import TestSupport
import Testing

@testable import ProxyRuntime

/// Many requests at once over accounts that answer by chance; what must hold, holds for all of them.
@Suite("Routing by chance")
struct RoutingFuzzTests {
    private struct Flight {
        var route: RequestRoute
        var decision: RoutingDecision
        var due: Timestamp
        var arrived: Timestamp
        var attempts = 0
        var isCommitted = false
    }

    @Test("one attempt at a time, within bounds, never behind the commit, and always an answer", arguments: 0..<40)
    func invariants(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed) &+ 77)
        let count = Int.random(in: 1...5, using: &random)
        let strategy = Strategy.allCases[seed % Strategy.allCases.count]
        var sample = PolicySample((0..<count).map { "a\($0)" }, strategy: strategy) {
            $0.hold = Bool.random(using: &random) ? 30_000_000 : 0
            $0.requestDeadline = 120_000_000
        }
        let limit = min(10, 2 * count)
        var flights: [Flight] = []
        var answered = 0
        var arrived = 0
        while answered < 300 {
            if arrived < 300, flights.count < 20, Bool.random(using: &random) {
                let family = ["opus", "haiku", nil].randomElement(using: &random) ?? nil
                let session = Bool.random(using: &random) ? "s\(Int.random(in: 0..<30, using: &random))" : nil
                let (route, decision) = sample.arrive(sample.request(session: session, family: family))
                arrived += 1
                flights.append(Flight(route: route, decision: decision, due: sample.now, arrived: sample.now))
                check(&flights[flights.count - 1], sample, limit, &random)
            } else if let next = flights.indices.min(by: { flights[$0].due < flights[$1].due }) {
                sample.now = max(sample.now, flights[next].due)
                var flight = flights.remove(at: next)
                if step(&flight, &sample, &random) {
                    answered += 1
                } else {
                    check(&flight, sample, limit, &random)
                    flights.append(flight)
                }
            }
        }
        #expect(sample.policy.accounts.allSatisfy { $0.inFlight == 0 && !$0.isProbing })
    }

    /// What a new decision must fulfil, and when it is carried out.
    private func check(
        _ flight: inout Flight,
        _ sample: PolicySample,
        _ limit: Int,
        _ random: inout SeededGenerator
    ) {
        #expect(!flight.isCommitted, "a decision behind the commit")
        switch flight.decision {
        case .attempt(let choice):
            flight.attempts += 1
            #expect(flight.attempts <= limit)
            let cooldowns = sample.cooldowns(choice.account ?? "").filter { cooldown in
                cooldown.family == nil || cooldown.family == flight.route.request.family
            }
            let isLast = choice.because.hasPrefix("nothing else is left")
            #expect(isLast || cooldowns.isEmpty, "an account in cool-down: \(cooldowns)")
            flight.due = sample.later(Double.random(in: 0.01...20, using: &random))
        case .wait(let until, _):
            #expect(until > sample.now)
            #expect(until <= flight.arrived.advanced(byMicroseconds: 120_000_000))
            flight.due = until
        case .answer:
            flight.due = sample.now
        }
    }

    /// Carries a decision out; returns whether the client has its answer.
    private func step(_ flight: inout Flight, _ sample: inout PolicySample, _ random: inout SeededGenerator) -> Bool {
        switch flight.decision {
        case .attempt:
            if Int.random(in: 0..<100, using: &random) < 5 {
                sample.policy.ended(&flight.route, nil, at: sample.now)
                return true
            }
            let outcome = outcome(sample.now, &random)
            if outcome.kind == .success {
                sample.policy.committed(&flight.route, outcome.limits, at: sample.now)
                flight.isCommitted = true
                let end: AttemptKind = Int.random(in: 0..<10, using: &random) == 0 ? .streamError : .success
                sample.policy.ended(&flight.route, AttemptOutcome(kind: end), at: sample.now)
                return true
            }
            flight.decision = sample.policy.attemptEnded(&flight.route, outcome, at: sample.now)
            if flight.decision.isUpstreamAnswer, outcome.isGood {
                sample.policy.ended(&flight.route, AttemptOutcome(kind: .success), at: sample.now)
                return true
            }
        case .wait:
            flight.decision = sample.policy.waitEnded(&flight.route, at: sample.now)
        case .answer(let answer, _):
            if case .own(let exhaustion) = answer {
                #expect(![401, 403].contains(exhaustion.status))
                #expect(exhaustion.retryAfter ?? 1 >= 1)
            }
            return true
        }
        return false
    }

    private func outcome(_ now: Timestamp, _ random: inout SeededGenerator) -> AttemptOutcome {
        let kind =
            Bool.random(using: &random) ? .success : AttemptKind.allCases.randomElement(using: &random) ?? .success
        var outcome = AttemptOutcome.answer(kind, 429)
        switch kind {
        case .accountQuota:
            let until = now.advanced(byMicroseconds: Int64.random(in: 1...900_000_000, using: &random))
            outcome = .quota(until: until, status: Bool.random(using: &random) ? 429 : 200)
            outcome.limits.fallbackPercentage = Bool.random(using: &random) ? 0.5 : nil
        case .modelQuota: outcome = .quota(until: now.advanced(byMicroseconds: 90_000_000), window: "7d_oi")
        case .throttle, .rateLimitKey, .overloaded:
            if Bool.random(using: &random) {
                outcome.limits.retryAfter = Int64.random(in: 1...200_000_000, using: &random)
            }
        case .network, .timeout: outcome = AttemptOutcome(kind: kind)
        case .forced, .clientCancelled: outcome = .answer(.success, 200)
        default: break
        }
        return outcome
    }
}
