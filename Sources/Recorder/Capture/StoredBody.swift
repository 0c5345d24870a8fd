/// A body on its way into segments: what is stored of it and where, while the segment may still change.
struct StoredBody {
    /// Adjacent pieces in one segment.
    struct Run {
        var segment: Int
        var offset: UInt64
        var end: UInt64
        var count: Int
    }

    private(set) var runs: [Run] = []
    private(set) var length = 0
    /// Bytes on the wire, before masking.
    var wireLength: Int
    /// Why nothing is stored.
    var omitted: String?

    init(wireLength: Int = 0, omitted: String? = nil) {
        self.wireLength = wireLength
        self.omitted = omitted
    }

    /// The oldest segment that a piece lies in.
    var oldestSegment: Int? { runs.lazy.map(\.segment).min() }

    /// Adds pieces behind those that are there.
    mutating func append(_ run: Run, length: Int) {
        self.length += length
        if let last = runs.last, last.segment == run.segment, last.end == run.offset {
            runs[runs.count - 1].end = run.end
            runs[runs.count - 1].count += run.count
        } else {
            runs.append(run)
        }
    }

    /// Gives up what was stored: it did not reach the disk, or can't be told apart from secrets.
    mutating func omit(_ reason: String) {
        runs = []
        length = 0
        omitted = reason
    }

    /// The record as it stands in an exchange of the given segment.
    func record(in segment: Int) -> BodyRecord {
        BodyRecord(
            wireLength: wireLength,
            storedLength: length,
            pieces: runs.map {
                PieceRun(offset: $0.offset, count: $0.count, segmentsBack: max(0, segment - $0.segment))
            },
            omitted: omitted
        )
    }
}

extension Optional where Wrapped == SegmentWriter {
    /// Stores masked bytes as pieces, cut by their content when they are long.
    mutating func store(_ bytes: UnsafeRawBufferPointer, in body: inout StoredBody) {
        guard !bytes.isEmpty else { return }
        for range in BodyCutter.split(long: bytes) {
            let part = UnsafeRawBufferPointer(rebasing: bytes[range])
            if let run = append(part) { body.append(run, length: part.count) }
        }
    }

    private mutating func append(_ content: UnsafeRawBufferPointer) -> StoredBody.Run? {
        guard self != nil, let number = self?.number, let (offset, _) = self?.append(piece: content) else { return nil }
        let frame = UInt64(SegmentFormat.frameHeaderLength + SegmentFormat.digestLength + content.count)
        return StoredBody.Run(segment: number, offset: offset, end: offset + frame, count: 1)
    }
}
