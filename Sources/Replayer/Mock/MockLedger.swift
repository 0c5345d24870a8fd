import NIOCore
import Synchronization

/// What a mock upstream has seen, shared by its connections and its user.
final class MockLedger: Sendable {
    private struct State {
        var requests = KeptRequests()
        var requestCount = 0
        var cutAnswers = 0
        var acceptedConnections = 0
        /// The open connections by their numbers.
        var channels: [Int: any Channel] = [:]
        /// Answers that are chosen or fetched outside the event loops, which must not end before.
        var errands = 0
        var stop: MockStop?
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
    private let keepsRequests: Bool
    private let state = Mutex(State())

    /// Takes a line about something that can't be seen in the answers.
    let report: @Sendable (String) -> Void

    init(answers: any AnswerSource, keepsRequests: Bool, report: @escaping @Sendable (String) -> Void) {
        self.answers = answers
        self.keepsRequests = keepsRequests
        self.report = report
    }

    var requests: [ReceivedRequest] { state.withLock { $0.requests.all } }

    var openConnections: Int { state.withLock { $0.channels.count } }

    var cutAnswers: Int { state.withLock { $0.cutAnswers } }

    /// Counts an accepted connection and gives its number, and how it ends when the mock stops already.
    func connectionOpened(_ channel: any Channel) -> (number: Int, stop: MockStop?) {
        change { state in
            state.acceptedConnections += 1
            state.channels[state.acceptedConnections] = channel
            return (state.acceptedConnections, state.stop)
        }
    }

    func connectionClosed(_ number: Int) {
        change { $0.channels[number] = nil }
    }

    func errandBegan() {
        change { $0.errands += 1 }
    }

    func errandEnded() {
        change { $0.errands -= 1 }
    }

    func answerCut() {
        change { $0.cutAnswers += 1 }
    }

    /// Tells all connections, also those that are still to come, to end.
    func stop(_ stop: MockStop) {
        let channels = change { state in
            state.stop = stop
            return Array(state.channels.values)
        }
        for channel in channels { channel.pipeline.fireUserInboundEventTriggered(stop) }
    }

    /// Waits until no connection is open and nothing is on its way to one.
    func ended() async throws {
        try await wait { $0.channels.isEmpty && $0.errands == 0 }
    }

    /// Records a whole request, numbers it, and asks for its answer.
    func answer(_ received: ReceivedRequest) -> [AnswerStep] {
        let request = change { state in
            var request = received
            state.requestCount += 1
            request.index = state.requestCount
            if keepsRequests { state.requests.append(request) }
            return request
        }
        return answers.steps(answering: request)
    }

    /// Waits until there are so many requests, and gives all there are then.
    func requests(atLeast count: Int) async throws -> [ReceivedRequest] {
        try await wait { $0.requestCount >= count }
        return requests
    }

    /// Waits until no more than so many connections are open.
    func openConnections(atMost count: Int) async throws {
        try await wait { $0.channels.count <= count }
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
