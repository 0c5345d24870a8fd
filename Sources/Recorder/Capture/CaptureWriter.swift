import Logging

/// Turns captured items into frames and keeps the segments; everything here belongs to the recorder's thread.
///
/// `@unchecked Sendable`: `CapturePipeline` calls it from one serial queue only.
final class CaptureWriter: @unchecked Sendable {
    /// What a group of items came to.
    struct Outcome {
        var degraded: String?
        var recorded = 0
        var lost: [String: Int] = [:]
    }

    private let layout: StoreLayout
    private let settings: RecorderSettings
    private let logger: Logger
    private let maskingKey: MaskingKey
    private var lock: StoreLock?
    private var segment: SegmentWriter?
    private var assembler: ExchangeAssembler
    private var nextNumber: UInt64
    private var segmentNumber: Int
    private var group: [Timestamp] = []
    /// Exchanges of the group of which a body was left out because of an overload.
    private var shedBodies = 0
    private var outcome = Outcome()
    private var gaps: [String: RecordingGap] = [:]
    private var degraded: String?
    private var retryAt = ContinuousClock.now
    private var lastRecorded = ContinuousClock.now
    /// Whether the group is the one that finds out if a store that failed can be written again.
    private var isTrial = false

    init(layout: StoreLayout, settings: RecorderSettings, logger: Logger) throws {
        try layout.create()
        self.layout = layout
        self.settings = settings
        self.logger = logger
        lock = try StoreLock(layout)
        maskingKey = try MaskingKey.load(orCreateAt: layout.maskingKey)
        assembler = ExchangeAssembler(masker: Masker(key: maskingKey), historyLimit: settings.historyLimit)
        let reader = try StoreReader(layout)
        let numbers = try reader.segmentNumbers()
        // A segment that was sealed is not written to again, though its file may still be there.
        let sealed = try reader.bundles().compactMap(\.segment).max() ?? 0
        segmentNumber = max(numbers.last ?? 1, sealed + 1)
        let last = try SegmentWriter(layout: layout, number: segmentNumber)
        nextNumber = max(last.lastExchangeNumber, try StoreNumbers.last(reader, before: segmentNumber)) + 1
        if last.droppedTail > 0 {
            logger.warning(
                "cut an unfinished write off the last segment",
                metadata: ["recorder.bytes": "\(last.droppedTail)"]
            )
        }
        segment = consume last
    }

    /// Bytes of the group that waits to be written.
    var groupLength: Int { segment?.pending ?? 0 }

    // MARK: - Items

    /// Adds an item to the group.
    func take(_ item: CaptureItem) {
        if case .shed(let id, let time) = item {
            assembler.forget(id)
            lose(time, "overload")
            return
        }
        guard isWritable() else {
            if case .finished(let exchange) = item {
                assembler.forget(exchange.id)
                lose(exchange.startedAt, degraded ?? "store not writable")
            } else {
                assembler.breakOff(item)
            }
            return
        }
        switch item {
        case .request(let id, let head, let body):
            assembler.addRequest(id, head, body, to: &segment)
        case .responsePart(let id, let attempt, let head, let part):
            assembler.addResponsePart(id, attempt, head, part, to: &segment)
        case .finished(let captured):
            if assembler.isShed(captured.id) { shedBodies += 1 }
            var exchange = assembler.finish(captured, segmentNumber: segmentNumber, to: &segment)
            exchange.number = nextNumber
            nextNumber += 1
            segment?.append(exchange)
            group.append(captured.startedAt)
        case .shed:
            break
        }
    }

    /// Writes the group.
    func flush() {
        defer { isTrial = false }
        guard segment != nil, groupLength > 0 || !gaps.isEmpty && (degraded == nil || isTrial) else { return }
        do {
            if segment?.isGone ?? true {
                throw StoreError(.notFound, "the segment \(layout.segment(segmentNumber)) was removed")
            }
            for gap in gaps.values.sorted(by: { $0.from < $1.from }) { segment?.append(gap) }
            try segment?.flush(toDisk: settings.syncsToDisk)
            outcome.recorded += group.count
            // No gap: the exchange is there and says itself what it lacks.
            if shedBodies > 0 { outcome.lost["overload: body left out", default: 0] += shedBodies }
            shedBodies = 0
            group.removeAll(keepingCapacity: true)
            gaps.removeAll()
            if degraded != nil { recovered() }
            lastRecorded = .now
            if let length = segment?.length, length >= settings.segmentSize || isLong { try beginSegment() }
        } catch {
            failed(error)
        }
    }

    /// Whether the segment's exchanges name so many pieces that their lines would make an unwieldy bundle.
    private var isLong: Bool { segment?.references ?? 0 >= 1 << 20 }

    /// Begins a new segment when the live one is due for sealing.
    ///
    /// - Parameters:
    ///   - sealing: when that is.
    ///   - now: the time on the wall clock.
    /// - Returns: the live segment, and the oldest one that something not yet sealed has pieces in; `nil` when the store
    ///   can't be written.
    func roll(_ sealing: SealingSettings, now: Timestamp) -> SealingBorder? {
        guard degraded == nil else { return nil }
        if let first = segment?.firstExchange,
            Duration.microseconds(now.microseconds - first.microseconds) >= sealing.age
                || .now - lastRecorded >= sealing.idle
        {
            do {
                try beginSegment()
            } catch {
                failed(error)
                return nil
            }
        }
        guard let oldest = segment?.oldestReferred else { return nil }
        return SealingBorder(live: segmentNumber, oldestReferred: min(oldest, assembler.oldestSegment ?? oldest))
    }

    /// Whether nothing can be written now.
    var isDegraded: Bool { degraded != nil }

    /// Tries a store that failed again although nothing has come: the losses are written as soon as it works.
    func retry() {
        if isWritable() { flush() }
    }

    /// What has happened since the last call.
    func takeOutcome() -> Outcome {
        defer { outcome = Outcome() }
        outcome.degraded = degraded
        return outcome
    }

    /// Writes what is left and lets go of the store.
    func close() {
        // The last chance to tell of the losses.
        retryAt = .now
        if !gaps.isEmpty, isWritable() { flush() }
        segment = nil
        lock = nil
    }

    // MARK: - Trouble

    private func lose(_ time: Timestamp, _ reason: String) {
        outcome.lost[reason, default: 0] += 1
        let gap = gaps[reason]
        gaps[reason] = RecordingGap(
            from: min(gap?.from ?? time, time),
            until: max(gap?.until ?? time, time),
            reason: reason,
            exchanges: (gap?.exchanges ?? 0) + 1
        )
    }

    private func failed(_ error: any Error) {
        let reason = (error as? StoreError)?.message ?? String(describing: error)
        if degraded == nil {
            logger.error("recording stopped; traffic goes on", metadata: ["recorder.reason": "\(reason)"])
        }
        degraded = reason
        for time in group { lose(time, reason) }
        shedBodies = 0
        group.removeAll(keepingCapacity: true)
        assembler.forgetStored()
        if (error as? StoreError)?.code == .notFound { segment = nil }
        retryAt = .now + settings.retryInterval
        isTrial = false
    }

    private func recovered() {
        logger.notice("recording goes on")
        degraded = nil
    }

    /// Whether the group can be added to; a store that failed is tried again from time to time.
    private func isWritable() -> Bool {
        guard degraded != nil, !isTrial else { return true }
        guard .now >= retryAt else { return false }
        retryAt = .now + settings.retryInterval
        isTrial = true
        if segment == nil {
            do {
                try layout.create()
                try maskingKey.restore(at: layout.maskingKey)
                lock = nil
                lock = try StoreLock(layout)
                try beginSegment()
            } catch {
                failed(error)
                return false
            }
        }
        return true
    }

    private func beginSegment() throws {
        let numbers = try StoreReader(layout).segmentNumbers()
        let number = max(segmentNumber, numbers.last ?? 0) + 1
        segment = nil
        segment = try SegmentWriter(layout: layout, number: number)
        segmentNumber = number
        // Numbering goes on from here when everything before is sealed, or deleted.
        segment?.append(openingWith: nextNumber)
        try segment?.flush(toDisk: settings.syncsToDisk)
        assembler.beginSegment()
    }
}
