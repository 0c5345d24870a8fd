/// A part of a segment file in memory, read ahead of what is asked for.
struct FileWindow {
    /// A frame's type and payload, and where the next frame begins.
    typealias Frame = (type: UInt8, payload: ArraySlice<UInt8>, end: Int)

    private let readAhead: Int
    private var bytes: [UInt8] = []
    private var start = 0

    init(readAhead: Int) {
        self.readAhead = readAhead
    }

    /// Whether the header of a frame at `offset` is in memory.
    func contains(_ offset: Int) -> Bool {
        offset >= start && offset - start <= bytes.count - SegmentFormat.frameHeaderLength
    }

    /// The whole frame at `offset`, or `nil` when the file ends before its end or its checksum is wrong.
    mutating func frame(at offset: Int, in file: borrowing Descriptor) throws(StoreError) -> Frame? {
        // An offset from a damaged record may be anything.
        guard offset >= SegmentFormat.magic.count, offset <= Int.max >> 1,
            let header = try slice(at: offset, count: SegmentFormat.frameHeaderLength, in: file)
        else { return nil }
        let length = Int(header.littleEndian32(at: 0))
        guard length <= SegmentFormat.maximumPayload else { return nil }
        let crc = header.littleEndian32(at: 4)
        let type = header[header.startIndex + 8]
        let begin = offset + SegmentFormat.frameHeaderLength
        guard let payload = try slice(at: begin, count: length, in: file),
            payload.withUnsafeBytes({ Checksum.crc32(type: type, $0) }) == crc
        else { return nil }
        return (type, payload, begin + length)
    }

    /// Whether what lies at `offset` is a frame that ends behind the end of the file, or less than its header: the trace
    /// of a writer that was stopped.
    mutating func isTorn(at offset: Int, end: Int, in file: borrowing Descriptor) throws(StoreError) -> Bool {
        guard end - offset >= SegmentFormat.frameHeaderLength,
            let header = try slice(at: offset, count: SegmentFormat.frameHeaderLength, in: file)
        else { return true }
        let length = Int(header.littleEndian32(at: 0))
        return SegmentFormat.FrameType(rawValue: header[header.startIndex + 8]) != nil
            && length <= SegmentFormat.maximumPayload && offset + SegmentFormat.frameHeaderLength + length > end
    }

    /// The length of what could be a frame at `offset`, by its type and length alone; `nil` when there can be none.
    mutating func possibleFrame(at offset: Int, end: Int, in file: borrowing Descriptor) throws(StoreError) -> Int? {
        guard let header = try slice(at: offset, count: SegmentFormat.frameHeaderLength, in: file) else { return nil }
        let length = Int(header.littleEndian32(at: 0))
        guard SegmentFormat.FrameType(rawValue: header[header.startIndex + 8]) != nil,
            length <= SegmentFormat.maximumPayload, offset + SegmentFormat.frameHeaderLength + length <= end
        else { return nil }
        return length
    }

    private mutating func slice(
        at offset: Int,
        count: Int,
        in file: borrowing Descriptor
    ) throws(StoreError) -> ArraySlice<UInt8>? {
        if offset < start || offset + count > start + bytes.count {
            bytes = try file.read(count: max(count, readAhead), at: offset)
            start = offset
            guard bytes.count >= count else { return nil }
        }
        return bytes[(offset - start)..<(offset - start + count)]
    }
}

extension ArraySlice<UInt8> {
    func littleEndian32(at index: Int) -> UInt32 {
        withUnsafeBytes { UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: index, as: UInt32.self)) }
    }
}
