import Dispatch
import Logging
import Recorder
import Synchronization

/// A pipeline into a store of its own.
final class Recording: Sendable {
    let store: TemporaryStore
    let pipeline: CapturePipeline
    let tickets: TicketCounter
    private let submitted = Mutex(0)
    /// Holds the recorder's thread at the first release, until it is opened.
    private let gate = DispatchSemaphore(value: 0)
    private let arrival = DispatchSemaphore(value: 0)

    /// Opens a recording.
    ///
    /// - Parameters:
    ///   - store: where to; a store of its own by default.
    ///   - isHeld: whether the recorder's thread stops at the first release, so that everything after it piles up.
    ///   - change: changes the settings.
    ///   - onRelease: called on the recorder's thread with what is released.
    /// - Throws: `StoreError` as the pipeline does.
    init(
        _ store: TemporaryStore? = nil,
        isHeld: Bool = false,
        _ change: (inout RecorderSettings) -> Void = { _ in },
        onRelease: @escaping @Sendable ([Int]) -> Void = { _ in }
    ) throws {
        var settings = RecorderSettings()
        // What happens does so because of what is submitted, unless a test wants it otherwise.
        settings.idleRetryInterval = nil
        change(&settings)
        self.store = try store ?? TemporaryStore()
        pipeline = try CapturePipeline(
            layout: self.store.layout,
            settings: settings,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        let isShut = Mutex(isHeld)
        let (arrival, gate) = (arrival, gate)
        tickets = TicketCounter { tokens in
            onRelease(tokens)
            let mustWait = isShut.withLock { shut in
                defer { shut = false }
                return shut
            }
            if mustWait {
                arrival.signal()
                gate.wait()
            }
        }
        pipeline.addListener(tickets)
    }

    /// Waits until a held recorder has come to the first release.
    func isAtGate() async {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                self.arrival.wait()
                continuation.resume()
            }
        }
    }

    /// Lets a held recorder go on.
    func open() {
        gate.signal()
    }

    /// Hands an item over; the ticket's token is its place in the order of all.
    func submit(_ item: CaptureItem) {
        let token = submitted.withLock { count in
            defer { count += 1 }
            return count
        }
        pipeline.submit(item, releasing: tickets.ticket(token))
    }

    /// Hands items over and waits until the last one is written or lost.
    func record(_ items: [CaptureItem]) async {
        for item in items { submit(item) }
        await tickets.released(submitted.withLock { $0 })
    }

    func record(_ sample: CaptureSample) async {
        await record([.finished(sample.whole)])
    }

    var state: RecordingState { pipeline.recordingState }
}
