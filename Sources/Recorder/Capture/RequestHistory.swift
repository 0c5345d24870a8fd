import NIOCore

/// The last request bodies of each conversation with where their units are stored, within a memory limit.
///
/// They are raw, in memory only: a new turn is compared with them, and what it repeats is neither masked nor hashed.
struct RequestHistory {
    /// A body that was stored.
    struct Entry {
        /// The conversation it belongs to.
        var key: UInt64
        var body: ByteBuffer
        var cut: CutResult
        var units: [StoredUnit]
        var facts: StoredRequest.Facts
        /// Tells it from the others; given by `keep`.
        fileprivate(set) var number = 0

        init(key: UInt64, body: ByteBuffer, cut: CutResult, units: [StoredUnit], facts: StoredRequest.Facts) {
            self.key = key
            self.body = body
            self.cut = cut
            self.units = units
            self.facts = facts
        }
    }

    /// Where a unit of a body is stored.
    struct StoredUnit {
        var run: StoredBody.Run
        /// The others when the unit was cut into pieces that are not adjacent.
        var more: [StoredBody.Run] = []
        var length: Int
    }

    /// Bodies of one key that are kept: under one session a conversation and its sub-agents take turns.
    private static let perKey = 4

    private let limit: Int
    private var entries: [UInt64: [Entry]] = [:]
    /// Keys in the order of their use, the oldest first; a key may stand in it several times, the last one counts.
    private var order: [(key: UInt64, use: Int)] = []
    private var lastUse: [UInt64: Int] = [:]
    private var use = 0
    /// Bytes of all bodies that are kept.
    private(set) var bytes = 0
    private var latest: Entry?

    init(limit: Int) {
        self.limit = limit
    }

    /// The earlier body of the conversation that begins most like a new one.
    ///
    /// The first turn of a conversation is compared with the last body of any other: clients of one kind send the same
    /// system blocks and tools with all of them.
    func best(for key: UInt64, _ body: UnsafeRawBufferPointer) -> Entry? {
        guard let candidates = entries[key] else { return latest }
        var best: (entry: Entry, score: Int)?
        for entry in candidates.reversed() {
            let score = entry.body.withUnsafeReadableBytes { earlier in
                earlier.commonLength(from: 0, with: body, from: 0)
            }
            if score > best?.score ?? 0 { best = (entry, score) }
        }
        return best?.entry
    }

    /// Keeps a body, and drops what was not used for longest when the limit is passed.
    ///
    /// - Parameters:
    ///   - entry: the body.
    ///   - key: its conversation.
    ///   - earlier: the body it goes on from and takes the place of, so that the turns of one sub-agent do not drive out
    ///     the conversation that waits for it.
    mutating func keep(_ entry: Entry, for key: UInt64, insteadOf earlier: Entry? = nil) {
        let size = entry.body.readableBytes
        guard size <= limit / 4 else { return }
        if let earlier, let index = entries[key]?.firstIndex(where: { $0.number == earlier.number }) {
            bytes -= earlier.body.readableBytes
            entries[key]?.remove(at: index)
        }
        bytes += size
        var entry = entry
        entry.number = use
        latest = entry
        entries[key, default: []].append(entry)
        if let count = entries[key]?.count, count > RequestHistory.perKey, let dropped = entries[key]?.removeFirst() {
            bytes -= dropped.body.readableBytes
        }
        use += 1
        order.append((key, use))
        lastUse[key] = use
        var index = 0
        while bytes > limit, index < order.count {
            let oldest = order[index]
            index += 1
            guard lastUse[oldest.key] == oldest.use else { continue }
            lastUse[oldest.key] = nil
            for dropped in entries.removeValue(forKey: oldest.key) ?? [] { bytes -= dropped.body.readableBytes }
        }
        if index > 0 { order.removeFirst(index) }
        if order.count > 4 * lastUse.count + 64 { order.removeAll { lastUse[$0.key] != $0.use } }
    }

    /// Forgets everything: the places are of no use any more.
    mutating func removeAll() {
        entries = [:]
        order = []
        lastUse = [:]
        bytes = 0
        latest = nil
    }
}
