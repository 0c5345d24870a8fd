import CCurl
import Synchronization

/// What other threads want from the client's thread, and the means to wake it.
final class Inbox: Sendable {
    /// What has come since the last look.
    struct Content {
        var submissions: [Submission] = []
        /// Requests whose callers want them no more; each stays until its caller has its answer.
        var cancelled: Set<UInt64> = []
        var isClosed = false
    }

    private struct State {
        var content = Content()
        var nextNumber: UInt64 = 1
        /// The multi handle as a number, which may cross threads; 0 once it is gone.
        var multi = 0
    }

    private let state: Mutex<State>

    init(multi: UnsafeMutableRawPointer?) {
        state = Mutex(State(multi: Int(bitPattern: multi)))
    }

    /// A number for a request.
    func number() -> UInt64 {
        state.withLock { state in
            defer { state.nextNumber += 1 }
            return state.nextNumber
        }
    }

    /// Hands over a request.
    ///
    /// - Returns: `false` when the thread has ended and nobody will take it.
    func submit(_ submission: Submission) -> Bool {
        change { state in
            guard state.multi != 0 else { return false }
            state.content.submissions.append(submission)
            return true
        }
    }

    /// Asks for the end of a request that was handed over, or is about to be.
    func cancel(_ number: UInt64) {
        _ = change { $0.content.cancelled.insert(number).inserted }
    }

    /// Forgets a wish to cancel: the request has its answer.
    func forget(_ number: UInt64) {
        state.withLock { _ = $0.content.cancelled.remove(number) }
    }

    /// Asks the thread to end.
    func close() {
        _ = change { state in
            state.content.isClosed = true
            return true
        }
    }

    /// What has come; requests are given once.
    func take() -> Content {
        state.withLock { state in
            defer { state.content.submissions = [] }
            return state.content
        }
    }

    /// Says that the multi handle goes away, so that nobody wakes it any more.
    ///
    /// - Returns: requests that came too late.
    func end() -> [Submission] {
        state.withLock { state in
            state.multi = 0
            defer { state.content.submissions = [] }
            return state.content.submissions
        }
    }

    private func change(_ body: (inout State) -> Bool) -> Bool {
        state.withLock { state in
            let result = body(&state)
            // Under the lock, and `curl_multi_wakeup` is the one function that any thread may call (its manual).
            if let multi = UnsafeMutableRawPointer(bitPattern: state.multi) { curl_multi_wakeup(multi) }
            return result
        }
    }
}
