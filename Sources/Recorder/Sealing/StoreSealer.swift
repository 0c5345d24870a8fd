import Foundation
package import Logging
import Synchronization

#if canImport(Glibc)
import Glibc
#endif

/// Seals the closed segments of a store and deletes what retention says, on a thread of its own, behind everything else.
///
/// A crash at any moment loses and doubles nothing: a bundle gets its name when it is whole on the disk, from then on its
/// segment does not count, and the segment is deleted a turn later, when nothing refers to it.
package final class StoreSealer: Sendable {
    private let layout: StoreLayout
    private let settings: SealingSettings
    private let logger: Logger
    private let recorder: CapturePipeline
    private let sealer: SegmentSealer
    private let isEnding = Atomic(false)
    private let wake = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    /// Names a store and who records into it.
    ///
    /// - Parameters:
    ///   - layout: the store.
    ///   - settings: when to seal and what to delete.
    ///   - recorder: the recorder, which closes its segment when that is due.
    ///   - logger: is told what can't be sealed or deleted.
    package init(
        _ layout: StoreLayout,
        settings: SealingSettings,
        recorder: CapturePipeline,
        logger: Logger
    ) {
        self.layout = layout
        self.settings = settings
        self.recorder = recorder
        self.logger = logger
        sealer = SegmentSealer(layout: layout, level: settings.level)
    }

    /// Begins.
    package func start() {
        let thread = Thread { self.run() }
        thread.name = "tapedeck.sealer"
        thread.start()
    }

    /// Ends soon: a bundle that is being written is given up.
    ///
    /// To be called before the recorder is closed.
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
        var turn = SealingTurn(layout: layout, settings: settings, sealer: sealer)
        turn.removePartialFiles()
        var complaint: String?
        let seconds =
            Double(settings.interval.components.seconds)
            + Double(settings.interval.components.attoseconds) / 1e18
        while !isEnding.load(ordering: .acquiring) {
            if let border = border() {
                let reason = turn.run(border, now: WallClock.now()) { self.isEnding.load(ordering: .acquiring) }
                if let reason, reason != complaint {
                    logger.warning("a segment cannot be sealed", metadata: ["sealer.reason": "\(reason)"])
                }
                complaint = reason
                for deletion in turn.takeDeletions() {
                    logger.info(
                        "deleted a bundle",
                        metadata: [
                            "sealer.bundle": "\(deletion.bundle)", "sealer.exchanges": "\(deletion.exchanges)",
                            "sealer.reason": "\(deletion.reason.rawValue)",
                        ]
                    )
                }
            }
            _ = wake.wait(timeout: .now() + seconds)
        }
        ended.signal()
    }

    /// Asks the recorder, which may close its segment at that.
    private func border() -> SealingBorder? {
        let answer = Mutex<SealingBorder?>(nil)
        let done = DispatchSemaphore(value: 0)
        recorder.roll(settings, now: WallClock.now()) { border in
            answer.withLock { $0 = border }
            done.signal()
        }
        done.wait()
        return answer.withLock { $0 }
    }
}
