import Dispatch
import Foundation

/// Removes a folder when SIGINT or SIGTERM ends the program.
struct InterruptCleanup {
    private let sources: [any DispatchSourceSignal]

    /// From now on both signals remove the folder first.
    init(removing folder: String) {
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global(qos: .userInitiated))
            source.setEventHandler {
                try? FileManager.default.removeItem(atPath: folder)
                exit(2)
            }
            source.activate()
            return source
        }
    }

    /// Leaves the signals to themselves again.
    func cancel() {
        for source in sources { source.cancel() }
        for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
    }
}
