import Foundation
import Synchronization

/// What is known of a program that was started; the threads that watch it hold this, so that the program ends with the
/// value of the test and not with them.
final class ProcessRecord: Sendable {
    struct State {
        var output: [UInt8] = []
        var errors: [UInt8] = []
        var openPipes = 2
        var code: Int32?
        fileprivate var waiters: [@Sendable (State) -> Bool] = []

        /// Whether nothing more will come.
        var isOver: Bool { code != nil && openPipes == 0 }
    }

    let pid: pid_t
    private let state = Mutex(State())

    init(pid: pid_t) {
        self.pid = pid
    }

    /// Waits until something is found in the state.
    ///
    /// - Returns: `nil` when the program is over and it is not there.
    func first<Value: Sendable>(_ find: @escaping @Sendable (State) -> Value?) async -> Value? {
        await withCheckedContinuation { continuation in
            let waiter: @Sendable (State) -> Bool = { state in
                let value = find(state)
                guard value != nil || state.isOver else { return false }
                continuation.resume(returning: value)
                return true
            }
            state.withLock { state in
                if !waiter(state) { state.waiters.append(waiter) }
            }
        }
    }

    /// Sends a signal unless the program has ended.
    func signal(_ number: Int32) {
        // Under the lock, as the number is free for others once the end is noted.
        state.withLock { state in
            if state.code == nil { kill(pid, number) }
        }
    }

    /// Takes everything that is written to a pipe.
    func collect(_ descriptor: Int32, into keyPath: any WritableKeyPath<State, [UInt8]> & Sendable) {
        Thread.detachNewThread {
            var buffer = [UInt8](repeating: 0, count: 64 << 10)
            while true {
                let count = read(descriptor, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { break }
                self.change { $0[keyPath: keyPath] += buffer[..<count] }
            }
            close(descriptor)
            self.change { $0.openPipes -= 1 }
        }
    }

    /// Notes the end, and brings it about when it does not come in time.
    func watch(_ deadline: Duration) {
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(Int(deadline / .milliseconds(1)))) {
            self.signal(SIGKILL)
        }
        Thread.detachNewThread {
            var end = siginfo_t()
            while waitid(P_PID, id_t(self.pid), &end, WEXITED | WNOWAIT) != 0, errno == EINTR {}
            self.change { state in
                var status: Int32 = 0
                while waitpid(self.pid, &status, 0) < 0, errno == EINTR {}
                state.code = status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
            }
        }
    }

    private func change(_ body: (inout State) -> Void) {
        state.withLock { state in
            body(&state)
            let waiters = state.waiters
            state.waiters = []
            let now = state
            state.waiters = waiters.filter { !$0(now) }
        }
    }
}
