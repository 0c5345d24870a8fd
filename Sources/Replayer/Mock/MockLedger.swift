import Synchronization

/// What a mock upstream has seen and which rules are used up, shared by its connections and its user.
final class MockLedger: Sendable {
    private struct State {
        var requests: [ReceivedRequest] = []
        var uses: [Int: Int] = [:]
        var openConnections = 0
        var acceptedConnections = 0
        var nextWaiter = 0
        var waiters: [Int: Waiter] = [:]

        mutating func takeReadyWaiters() -> [CheckedContinuation<Void, any Error>] {
            let ready = waiters.filter { $0.value.isReady(self) }
            for id in ready.keys { waiters[id] = nil }
            return ready.values.map(\.continuation)
        }
    }

    private struct Waiter: Sendable {
        var isReady: @Sendable (borrowing State) -> Bool
        var continuation: CheckedContinuation<Void, any Error>
    }

    private let scenario: Scenario
    private let state = Mutex(State())

    init(scenario: Scenario) {
        self.scenario = scenario
    }

    var requests: [ReceivedRequest] { state.withLock { $0.requests } }

    var openConnections: Int { state.withLock { $0.openConnections } }

    /// Counts an accepted connection and gives its number.
    func connectionOpened() -> Int {
        change { state in
            state.openConnections += 1
            state.acceptedConnections += 1
            return state.acceptedConnections
        }
    }

    func connectionClosed() {
        change { $0.openConnections -= 1 }
    }

    /// Records a whole request, numbers it, and chooses the answer.
    func answer(_ received: ReceivedRequest) -> (request: ReceivedRequest, plan: AnswerPlan) {
        // Outside the lock: reading a large body takes its time.
        let outline = scenario.readsRequestBody ? RequestOutline(body: received.body) : RequestOutline()
        let candidates = scenario.rules.indices.filter {
            scenario.rules[$0].match.matches(received, outline: outline)
        }
        let (request, rule) = change { state in
            var request = received
            request.index = state.requests.count + 1
            state.requests.append(request)
            let rule = candidates.first { index in
                scenario.rules[index].times.map { state.uses[index, default: 0] < $0 } ?? true
            }
            if let rule { state.uses[rule, default: 0] += 1 }
            return (request, rule)
        }
        let answer = rule.map { scenario.rules[$0].answer } ?? Self.miss(request)
        return (request, AnswerPlan(answer, to: request, outline: outline))
    }

    /// Waits until there are so many requests, and gives all there are then.
    func requests(atLeast count: Int) async throws -> [ReceivedRequest] {
        try await wait { $0.requests.count >= count }
        return requests
    }

    /// Waits until no more than so many connections are open.
    func openConnections(atMost count: Int) async throws {
        try await wait { $0.openConnections <= count }
    }

    private func wait(until isReady: @escaping @Sendable (borrowing State) -> Bool) async throws {
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                change { $0.waiters[id] = Waiter(isReady: isReady, continuation: continuation) }
                // A cancellation that came before the waiter was there has found nobody to wake.
                if Task.isCancelled { cancelWaiter(id) }
            }
        } onCancel: {
            cancelWaiter(id)
        }
    }

    private func cancelWaiter(_ id: Int) {
        state.withLock { $0.waiters.removeValue(forKey: id) }?.continuation.resume(throwing: CancellationError())
    }

    private func change<Result>(_ body: (inout State) -> Result) -> Result {
        let (result, ready) = state.withLock { state in
            let result = body(&state)
            return (result, state.takeReadyWaiters())
        }
        for continuation in ready { continuation.resume() }
        return result
    }

    /// The answer when no rule is left for a request; the status is the one a replay miss has everywhere.
    private static func miss(_ request: ReceivedRequest) -> ScriptedAnswer {
        let message = "no rule of the scenario is left for \(request.method) \(request.uri)"
        return .error(ScriptedError(status: 599, type: "replay_miss_error", message: message))
    }
}
