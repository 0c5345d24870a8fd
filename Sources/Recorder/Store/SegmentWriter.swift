#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Appends frames to one segment; nothing reaches the file before `flush()`, which writes the whole group at once.
///
/// A piece whose content the segment holds already is not written again. One thread uses a writer.
package struct SegmentWriter: ~Copyable {
    /// The segment's number.
    package let number: Int
    /// The highest exchange number known from the segment when it was opened, or 0.
    package let lastExchangeNumber: UInt64
    /// When the first exchange in the segment began, if it has one.
    package private(set) var firstExchange: Timestamp?
    /// The oldest segment that an exchange in this one has pieces in.
    package private(set) var oldestReferred: Int
    /// How often exchanges in the segment name a piece; their lines in a bundle are as long as that.
    package private(set) var references = 0
    /// Bytes that were cut off the end when the segment was opened: the rest of a write that a crash interrupted.
    package let droppedTail: Int

    private let file: Descriptor
    private var index: [Digest: UInt64]
    private var group: [UInt8] = []
    private var groupPieces: [Digest] = []
    private var written: Int
    private var scratch = RecordWriter()

    /// How many pieces the index may hold before it is emptied; a lost entry costs a repeated piece, nothing else.
    private static let indexLimit = 1 << 20

    /// Opens a segment for appending, or makes it; a damaged tail is cut off.
    ///
    /// - Throws: `StoreError` when the file cannot be read or written, or is no segment.
    package init(layout: StoreLayout, number: Int) throws(StoreError) {
        let path = layout.segment(number)
        let file = try Descriptor(path: path, flags: O_RDWR | O_CREAT)
        let length = try file.status().length
        var index: [Digest: UInt64] = [:]
        var last: UInt64 = 0
        var whole = 0
        var first: Timestamp?
        var back = 0
        var references = 0
        if length >= SegmentFormat.magic.count {
            // A frame that is whole but not understood stays where it is: a newer program may have written it.
            var scan = try SegmentScan(layout, number: number)
            while let frame = try scan.next() {
                switch frame.content {
                case .piece: index[try scan.digest(ofPieceAt: frame.offset)] = UInt64(frame.offset)
                case .exchange(let exchange):
                    last = max(last, exchange.number)
                    first = min(first ?? exchange.startedAt, exchange.startedAt)
                    back = max(back, exchange.segmentsBack)
                    references += exchange.pieceReferences
                case .opening(let next): last = max(last, next - 1)
                case .gap, .unknown: break
                }
            }
            whole = scan.position
        }
        if length > whole, ftruncate(file.number, off_t(whole)) != 0 { throw StoreError.system("truncate", path) }
        self.number = number
        self.file = file
        self.index = index
        lastExchangeNumber = last
        firstExchange = first
        oldestReferred = number - back
        self.references = references
        droppedTail = length - whole
        written = whole
        if whole == 0 { group = SegmentFormat.magic }
    }

    /// Bytes of the group that is not written yet.
    package var pending: Int { group.count }

    /// The length the segment has once everything appended is written.
    package var length: Int { written + group.count }

    /// Whether the file was deleted, or never had a name.
    package var isGone: Bool { ((try? file.status().links) ?? 0) == 0 }

    /// Adds a piece unless the segment has it.
    ///
    /// - Returns: the offset of its frame, and whether it had to be added.
    package mutating func append(piece content: UnsafeRawBufferPointer) -> (offset: UInt64, isNew: Bool) {
        let digest = Digest(of: content)
        if let offset = index[digest] { return (offset, false) }
        let offset = UInt64(length)
        digest.withBytes { appendFrame(.piece, $0, content) }
        if index.count >= SegmentWriter.indexLimit { index.removeAll() }
        index[digest] = offset
        groupPieces.append(digest)
        return (offset, true)
    }

    /// Adds an exchange, whose pieces were added before.
    package mutating func append(_ exchange: Exchange) {
        scratch = RecordWriter(reusing: scratch.bytes)
        ExchangeCoding.encode(exchange, into: &scratch)
        appendScratch(.exchange)
        firstExchange = min(firstExchange ?? exchange.startedAt, exchange.startedAt)
        oldestReferred = min(oldestReferred, number - exchange.segmentsBack)
        references += exchange.pieceReferences
    }

    /// Notes the number that the next exchange of the store gets.
    package mutating func append(openingWith nextNumber: UInt64) {
        scratch = RecordWriter(reusing: scratch.bytes)
        scratch.field(1, nextNumber)
        appendScratch(.opening)
    }

    /// Adds the note of a loss.
    package mutating func append(_ gap: RecordingGap) {
        scratch = RecordWriter(reusing: scratch.bytes)
        gap.encode(into: &scratch)
        appendScratch(.gap)
    }

    /// Writes what was appended since the last time, as one group.
    ///
    /// - Parameter toDisk: whether to wait until the disk has it, beyond the death of this process.
    /// - Throws: `StoreError`; the group is then forgotten and the file is as before.
    package mutating func flush(toDisk: Bool) throws(StoreError) {
        guard !group.isEmpty else { return }
        do throws(StoreError) {
            try write()
            if toDisk, fdatasync(file.number) != 0 { throw StoreError.system("sync", file.path) }
        } catch {
            _ = ftruncate(file.number, off_t(written))
            for digest in groupPieces { index[digest] = nil }
            group = written == 0 ? SegmentFormat.magic : []
            groupPieces = []
            throw error
        }
        written += group.count
        group.removeAll(keepingCapacity: group.capacity <= 8 << 20)
        groupPieces.removeAll(keepingCapacity: true)
    }

    private func write() throws(StoreError) {
        var done = 0
        while done < group.count {
            let count = group.withUnsafeBytes {
                pwrite(file.number, $0.baseAddress.map { $0 + done }, $0.count - done, off_t(written + done))
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw StoreError.system("write", file.path) }
            done += count
        }
    }

    private mutating func appendScratch(_ type: SegmentFormat.FrameType) {
        let bytes = scratch.bytes
        bytes.withUnsafeBytes { appendFrame(type, $0, UnsafeRawBufferPointer(start: nil, count: 0)) }
    }

    private mutating func appendFrame(
        _ type: SegmentFormat.FrameType,
        _ first: UnsafeRawBufferPointer,
        _ second: UnsafeRawBufferPointer
    ) {
        var crc = UInt(Checksum.crc32(type: type.rawValue, first))
        if !second.isEmpty { crc = UInt(Checksum.extend(crc, second)) }
        withUnsafeBytes(of: UInt32(first.count + second.count).littleEndian) { group.append(contentsOf: $0) }
        withUnsafeBytes(of: UInt32(truncatingIfNeeded: crc).littleEndian) { group.append(contentsOf: $0) }
        group.append(type.rawValue)
        group.append(contentsOf: first)
        group.append(contentsOf: second)
    }
}
