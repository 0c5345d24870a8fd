import Dispatch
import Foundation
import Synchronization

/// Ends a program in two steps: the first SIGINT or SIGTERM asks it to come to an end, the second one ends it at once,
/// without the folder it works in.
struct InterruptCleanup {
    /// Has an element when the program is asked to come to an end.
    let interruptions: AsyncStream<Void>

    private let sources: [any DispatchSourceSignal]

    /// From now on both signals come here.
    ///
    /// - Parameter folder: what the second one removes, if there is a folder.
    init(removing folder: String?) {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        interruptions = stream
        // Serial, so that two signals are a first and a second.
        let queue = DispatchQueue(label: "interrupts", qos: .userInitiated)
        let isAsked = Flag()
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler {
                guard isAsked.value.exchange(true, ordering: .relaxed) else {
                    continuation.yield()
                    return
                }
                if let folder { try? FileManager.default.removeItem(atPath: folder) }
                exit(2)
            }
            source.activate()
            return source
        }
    }

    private final class Flag: Sendable {
        let value = Atomic(false)
    }

    /// Leaves the signals to themselves again.
    func cancel() {
        for source in sources { source.cancel() }
        for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
    }
}
