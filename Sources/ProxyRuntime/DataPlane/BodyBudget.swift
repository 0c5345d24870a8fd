import NIOCore
import Synchronization

/// The memory that request bodies may hold together before they are sent on, over all event loops.
///
/// Clients wait, unread, when it is used up. So that waiting always ends, one body at a time may go past the limit:
/// the total stays below the limit plus the largest body.
package final class BodyBudget: Sendable {
    private struct State {
        var used = 0
        var beyond: Int?
        var waiting: [(eventLoop: any EventLoop, resume: @Sendable () -> Void)] = []
    }

    private let limit: Int
    private let state = Mutex(State())

    /// Makes a budget of that many bytes.
    package init(limit: Int) {
        self.limit = limit
    }

    /// Asks for memory.
    ///
    /// - Parameters:
    ///   - bytes: how much more the body holds now.
    ///   - owner: a number for the body that no other body has.
    ///   - eventLoop: where `resume` is called.
    ///   - resume: called once when it makes sense to ask again; only if the answer is `false`.
    /// - Returns: whether the memory was granted.
    func take(
        _ bytes: Int,
        owner: Int,
        eventLoop: any EventLoop,
        resume: @escaping @Sendable () -> Void
    ) -> Bool {
        state.withLock { state in
            if state.used + bytes > limit {
                guard state.beyond == nil || state.beyond == owner else {
                    state.waiting.append((eventLoop, resume))
                    return false
                }
                state.beyond = owner
            }
            state.used += bytes
            return true
        }
    }

    /// Gives memory back.
    func giveBack(_ bytes: Int, owner: Int) {
        let waiting = state.withLock { state in
            state.used -= bytes
            if state.beyond == owner { state.beyond = nil }
            let waiting = state.waiting
            if !waiting.isEmpty { state.waiting = [] }
            return waiting
        }
        for waiter in waiting { waiter.eventLoop.execute(waiter.resume) }
    }

    /// Bytes held now.
    package var used: Int { state.withLock { $0.used } }
}
