import Dispatch
package import Logging
import NIOCore
import Synchronization

/// The way of captured exchanges from the event loops to the store: a bounded queue and one thread that masks, splits
/// and writes in groups.
///
/// ```swift
/// let pipeline = try CapturePipeline(layout: layout, settings: RecorderSettings(), logger: logger)
/// pipeline.submit(.finished(exchange), releasing: ticket)
/// await pipeline.close()
/// ```
package final class CapturePipeline: Sendable {
    private struct Queue {
        var entries: [Entry] = []
        var bytes = 0
        var isScheduled = false
        var isOverloaded = false
    }

    struct Entry: Sendable {
        var item: CaptureItem
        var ticket: ReleaseTicket?
        var cost: Int
    }

    private let settings: RecorderSettings
    private let queue = Mutex(Queue())
    private let overloaded = Atomic(false)
    private let isClosed = Atomic(false)
    private let retryIsDue = Atomic(false)
    private let listeners = Mutex([any ReleaseQueue]())
    private let state = Mutex(RecordingState())
    private let thread = DispatchQueue(label: "tapedeck.recorder", qos: .userInitiated)
    private let writer: CaptureWriter

    /// Opens the store for recording.
    ///
    /// - Throws: `StoreError` when another process records there, or the store cannot be written.
    package init(layout: StoreLayout, settings: RecorderSettings, logger: Logger) throws {
        self.settings = settings
        writer = try CaptureWriter(layout: layout, settings: settings, logger: logger)
    }

    /// Whether so much waits to be written that clients should wait; always `false` when recordings are shed instead.
    package var isOverloaded: Bool { overloaded.load(ordering: .relaxed) }

    /// How the recording goes.
    package var recordingState: RecordingState {
        var copy = state.withLock { $0 }
        copy.queueBytes = queue.withLock { $0.bytes }
        return copy
    }

    /// Names someone to tell when an overload is over.
    package func addListener(_ listener: any ReleaseQueue) {
        listeners.withLock { $0.append(listener) }
    }

    /// Hands something over; returns at once.
    ///
    /// - Parameters:
    ///   - item: what to record.
    ///   - ticket: whom to tell when it is written.
    package func submit(_ item: CaptureItem, releasing ticket: ReleaseTicket?) {
        let cost = item.cost
        let mustSchedule = queue.withLock { queue in
            let isFull = queue.bytes + cost > settings.queueLimit
            if isFull, settings.onOverload == .shed {
                queue.entries.append(Entry(item: item.shed, ticket: ticket, cost: 64))
                queue.bytes += 64
            } else {
                queue.entries.append(Entry(item: item, ticket: ticket, cost: cost))
                queue.bytes += cost
                if isFull, !queue.isOverloaded {
                    queue.isOverloaded = true
                    overloaded.store(true, ordering: .relaxed)
                }
            }
            defer { queue.isScheduled = true }
            return !queue.isScheduled
        }
        if mustSchedule { thread.async { self.drain() } }
    }

    /// Begins a new segment when the live one is due for sealing; does the work on the recorder's thread.
    ///
    /// - Parameters:
    ///   - sealing: when that is.
    ///   - now: the time on the wall clock.
    ///   - body: is given what may be sealed and what may be deleted; `nil` when the store can't be written.
    package func roll(
        _ sealing: SealingSettings,
        now: Timestamp,
        then body: @escaping @Sendable (SealingBorder?) -> Void
    ) {
        thread.async {
            body(self.isClosed.load(ordering: .relaxed) ? nil : self.writer.roll(sealing, now: now))
            self.noteOutcome()
        }
    }

    /// Writes everything that was handed over and closes the store.
    package func close() async {
        await withCheckedContinuation { continuation in
            thread.async {
                self.drain()
                self.isClosed.store(true, ordering: .relaxed)
                self.writer.close()
                // Those that listen hold the pipeline, too.
                self.listeners.withLock { $0 = [] }
                continuation.resume()
            }
        }
    }

    /// Runs on the recorder's thread until nothing waits.
    private func drain() {
        // Two arrays take turns, so that their memory is not asked for anew with every group.
        var entries: [Entry] = []
        while true {
            queue.withLock { queue in
                swap(&queue.entries, &entries)
                if entries.isEmpty { queue.isScheduled = false }
            }
            if entries.isEmpty { return }
            var position = 0
            while position < entries.count { position += write(entries[position...]) }
            entries.removeAll(keepingCapacity: entries.capacity <= 4096)
            retryLater()
        }
    }

    /// Sees to it that a store that failed is tried again, also if nothing comes any more.
    private func retryLater() {
        guard writer.isDegraded, let interval = settings.idleRetryInterval, !isClosed.load(ordering: .relaxed),
            !retryIsDue.exchange(true, ordering: .relaxed)
        else { return }
        let (seconds, attoseconds) = interval.components
        let nanoseconds = Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000)
        thread.asyncAfter(deadline: .now() + .nanoseconds(nanoseconds)) {
            self.retryIsDue.store(false, ordering: .relaxed)
            guard !self.isClosed.load(ordering: .relaxed) else { return }
            self.writer.retry()
            self.noteOutcome()
            self.retryLater()
        }
    }

    private func noteOutcome() {
        let outcome = writer.takeOutcome()
        state.withLock { state in
            state.degraded = outcome.degraded
            state.recorded += outcome.recorded
            state.lost.merge(outcome.lost, uniquingKeysWith: +)
        }
    }

    /// Writes one group from the front of the entries.
    ///
    /// - Returns: how many entries the group had.
    private func write(_ entries: ArraySlice<Entry>) -> Int {
        var count = 0
        var bytes = 0
        for entry in entries {
            writer.take(entry.item)
            count += 1
            bytes += entry.cost
            // A group is bounded, so that the first of many does not wait for the last.
            if writer.groupLength >= 1 << 20 || count >= 512 { break }
        }
        writer.flush()
        noteOutcome()
        release(entries.prefix(count))
        let isFreeAgain = queue.withLock { queue in
            queue.bytes -= bytes
            guard queue.isOverloaded, queue.bytes <= settings.queueLimit / 2 else { return false }
            queue.isOverloaded = false
            overloaded.store(false, ordering: .relaxed)
            return true
        }
        if isFreeAgain {
            for listener in listeners.withLock({ $0 }) { listener.recorderIsFree() }
        }
        return count
    }

    private func release(_ entries: ArraySlice<Entry>) {
        var tokens: [(queue: any ReleaseQueue, tokens: [Int])] = []
        for case let ticket? in entries.lazy.map(\.ticket) {
            if let index = tokens.firstIndex(where: { $0.queue === ticket.queue }) {
                tokens[index].tokens.append(ticket.token)
            } else {
                tokens.append((ticket.queue, [ticket.token]))
            }
        }
        for (queue, tokens) in tokens { queue.release(tokens) }
    }
}

extension CaptureItem {
    /// What is left of the item when it is not recorded.
    fileprivate var shed: CaptureItem {
        switch self {
        case .request(let id, let head, _): .request(id, head, ByteBuffer())
        case .responsePart(let id, let attempt, let head, _):
            .responsePart(id, attempt: attempt, head, CapturedStream())
        case .finished(let exchange): .shed(exchange.id, at: exchange.startedAt)
        case .shed: self
        }
    }
}
