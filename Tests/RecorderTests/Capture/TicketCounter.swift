import Recorder
import Synchronization

/// Counts what a recorder releases, and lets tests wait for it.
final class TicketCounter: ReleaseQueue {
    private struct State {
        var groups: [[Int]] = []
        var count = 0
        var frees = 0
        var waiters: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())
    private let onRelease: @Sendable ([Int]) -> Void

    /// Makes a counter.
    ///
    /// - Parameter onRelease: called on the recorder's thread, before anyone who waits goes on.
    init(onRelease: @escaping @Sendable ([Int]) -> Void = { _ in }) {
        self.onRelease = onRelease
    }

    /// The tokens in the groups in which they were released.
    var groups: [[Int]] { state.withLock { $0.groups } }
    /// How often it was told that there is room again.
    var frees: Int { state.withLock { $0.frees } }

    func ticket(_ token: Int) -> ReleaseTicket {
        ReleaseTicket(queue: self, token: token)
    }

    func release(_ tokens: [Int]) {
        onRelease(tokens)
        let ready = state.withLock { state in
            state.groups.append(tokens)
            state.count += tokens.count
            let ready = state.waiters.filter { $0.count <= state.count }
            state.waiters.removeAll { $0.count <= state.count }
            return ready
        }
        for waiter in ready { waiter.continuation.resume() }
    }

    func recorderIsFree() {
        state.withLock { $0.frees += 1 }
    }

    /// Waits until so many tokens were released in all.
    func released(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                if state.count < count { state.waiters.append((count, continuation)) }
                return state.count >= count
            }
            if isReady { continuation.resume() }
        }
    }
}
