import Synchronization

/// What a mock upstream has seen, shared by its connections and its user.
final class MockLedger: Sendable {
    private struct State {
        var requests: [ReceivedRequest] = []
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

    private let answers: any AnswerSource
    private let state = Mutex(State())

    init(answers: any AnswerSource) {
        self.answers = answers
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

    /// Records a whole request, numbers it, and asks for its answer.
    func answer(_ received: ReceivedRequest) -> [AnswerStep] {
        let request = change { state in
            var request = received
            request.index = state.requests.count + 1
            state.requests.append(request)
            return request
        }
        return answers.steps(answering: request)
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
}
