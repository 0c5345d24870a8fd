import Foundation
package import Logging
import Synchronization

/// Keeps the catalog up to date on a thread of its own, behind everything else that wants the processor.
package final class BackgroundIndexer: Sendable {
    private let layout: StoreLayout
    private let path: String?
    private let logger: Logger
    private let follower: CatalogFollower?
    private let recorded: @Sendable () -> Int
    private let isEnding = Atomic(false)
    private let wake = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    /// How often new exchanges are looked for, in milliseconds.
    private static let interval = 250

    /// Names a store and its catalog.
    ///
    /// - Parameters:
    ///   - layout: the store.
    ///   - path: the catalog, if it lies elsewhere than the layout says.
    ///   - logger: is told when the catalog cannot be written; readers scan the segments then.
    ///   - follower: is told about exchanges as they reach the catalog.
    ///   - recorded: how many exchanges were recorded so far: while it grows fast, the index leaves the processor to
    ///     recording for a while.
    package init(
        _ layout: StoreLayout,
        path: String?,
        logger: Logger,
        follower: CatalogFollower? = nil,
        recorded: @escaping @Sendable () -> Int = { 0 }
    ) {
        self.layout = layout
        self.path = path
        self.logger = logger
        self.follower = follower
        self.recorded = recorded
    }

    /// Begins.
    package func start() {
        let thread = Thread { self.run() }
        thread.name = "tapedeck.indexer"
        thread.start()
    }

    /// Indexes what is left and ends; to be called when nothing more is recorded.
    package func close() async {
        isEnding.store(true, ordering: .releasing)
        wake.signal()
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                self.ended.wait()
                continuation.resume()
            }
        }
    }

    private func run() {
        #if os(Linux)
        // On Linux 0 is the calling thread, which has a priority of its own: traffic and recording come first.
        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 19)
        #endif
        let indexer = CatalogIndexer(layout, path: path, follower: follower)
        var complaint: String?
        while true {
            let isLast = isEnding.load(ordering: .acquiring)
            do {
                while try indexer.step() { giveWay() }
                complaint = nil
            } catch {
                // Said once: the segments are the truth, and readers do without the catalog.
                let reason = "\(error)"
                if reason != complaint {
                    logger.warning("the catalog is behind", metadata: ["catalog.reason": "\(reason)"])
                }
                complaint = reason
            }
            if isLast { break }
            _ = wake.wait(timeout: .now() + .milliseconds(BackgroundIndexer.interval))
        }
        ended.signal()
    }

    /// Waits while recording is busy, but not for ever: under a load that does not end, the index must go on as well.
    private func giveWay() {
        for _ in 0..<25 where !isEnding.load(ordering: .acquiring) {
            let before = recorded()
            _ = wake.wait(timeout: .now() + .milliseconds(20))
            if recorded() - before < 20 { return }
        }
    }
}
