#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Reads the frames of one segment, while another process may still append to it.
///
/// ```swift
/// var reader = try SegmentReader(path: layout.segment(1))
/// while let frame = try reader.next() {
///     if case .exchange(let exchange) = frame.content { print(exchange.address) }
/// }
/// ```
package struct SegmentReader: ~Copyable {
    let file: Descriptor
    /// Read ahead for frames in order.
    private var window = FileWindow(readAhead: 256 << 10)
    /// For pieces, which lie anywhere before: they must not drive out what was read ahead.
    private var pieceWindow = FileWindow(readAhead: 16 << 10)

    /// The offset of the frame that `next()` reads next: where to begin when more was appended.
    package private(set) var position: Int

    /// Opens a segment.
    ///
    /// - Parameters:
    ///   - path: the segment file.
    ///   - position: the offset of a frame to begin with, as given by `position` before; the first by default.
    /// - Throws: `StoreError` when the file is not there, is no segment or has a newer format.
    package init(path: String, position: Int = SegmentFormat.magic.count) throws(StoreError) {
        let file = try Descriptor(path: path, flags: O_RDONLY)
        let start = try file.read(count: SegmentFormat.magic.count, at: 0)
        // A shorter file: the writer is between making it and writing its first bytes, or was stopped there.
        let isWhole = start.count == SegmentFormat.magic.count
        guard isWhole ? start.prefix(5) == SegmentFormat.magic.prefix(5) : SegmentFormat.magic.starts(with: start)
        else {
            throw StoreError(.corrupt, "\(path) is no segment of a store")
        }
        guard !isWhole || start[5] <= SegmentFormat.version else {
            throw StoreError(
                .unsupported,
                "\(path) has format \(start[5]), this program reads up to \(SegmentFormat.version): update it"
            )
        }
        self.file = file
        self.position = position
    }

    /// Reads the next whole frame.
    ///
    /// - Returns: `nil` at the end, which is where the file ends, a frame is cut off, or a checksum fails.
    /// - Throws: `StoreError` when the system refuses to read, or a frame with a right checksum cannot be understood.
    package mutating func next() throws(StoreError) -> SegmentFrame? {
        guard let frame = try window.frame(at: position, in: file) else { return nil }
        let content: SegmentFrame.Content
        switch SegmentFormat.FrameType(rawValue: frame.type) {
        case .piece:
            guard frame.payload.count >= SegmentFormat.digestLength else {
                throw StoreError(.corrupt, "\(file.path) has a piece without a digest at offset \(position)")
            }
            content = .piece(length: frame.payload.count - SegmentFormat.digestLength)
        case .exchange: content = .exchange(try ExchangeCoding.decode(frame.payload))
        case .gap: content = .gap(try RecordingGap(decoding: frame.payload))
        case .opening: content = .opening(nextNumber: try SegmentReader.nextNumber(frame.payload))
        case nil: content = .unknown(type: frame.type)
        }
        let offset = position
        position = frame.end
        return SegmentFrame(offset: offset, end: frame.end, content: content)
    }

    private static func nextNumber(_ payload: ArraySlice<UInt8>) throws(StoreError) -> UInt64 {
        var reader = RecordReader(payload)
        var next: UInt64 = 1
        while let (number, value) = try reader.next() {
            if number == 1 { next = try value.number }
        }
        return next
    }

    /// Steps over the whole frame that `next()` did not understand.
    ///
    /// - Returns: whether there was one.
    mutating func skipFrame() throws(StoreError) -> Bool {
        guard let frame = try window.frame(at: position, in: file) else { return false }
        position = frame.end
        return true
    }

    /// Whether nothing but a frame that was being written is left before the end of the file.
    mutating func isTorn(end: Int) throws(StoreError) -> Bool {
        try window.isTorn(at: position, end: end, in: file)
    }

    /// Looks for the next whole frame behind a place where none can be read, and goes on there.
    ///
    /// - Parameter end: the length of the file.
    /// - Returns: whether there is one.
    /// - Throws: `StoreError` when the system refuses to read.
    mutating func resynchronise(end: Int) throws(StoreError) -> Bool {
        // A checksum is made only where type and length could be those of a frame, and not for ever.
        var budget = 1 << 30
        var start = position + 1
        while start + SegmentFormat.frameHeaderLength <= end, budget > 0 {
            if let length = try window.possibleFrame(at: start, end: end, in: file) {
                budget -= length
                if try window.frame(at: start, in: file) != nil {
                    position = start
                    return true
                }
            }
            start += 1
        }
        return false
    }

    /// Reads the exchange whose frame begins at `offset`.
    package mutating func exchange(at offset: Int) throws(StoreError) -> Exchange {
        guard let frame = try window.frame(at: offset, in: file),
            frame.type == SegmentFormat.FrameType.exchange.rawValue
        else {
            throw StoreError(.corrupt, "\(file.path) has no exchange at offset \(offset)")
        }
        return try ExchangeCoding.decode(frame.payload)
    }

    /// The digest and content of the piece whose frame begins at `offset`.
    package mutating func piece(at offset: Int) throws(StoreError) -> (digest: Digest, content: ArraySlice<UInt8>) {
        guard let frame = try pieceFrame(at: offset), frame.type == SegmentFormat.FrameType.piece.rawValue,
            let digest = Digest(bytes: frame.payload.prefix(SegmentFormat.digestLength))
        else { throw StoreError(.corrupt, "\(file.path) has no piece at offset \(offset)") }
        return (digest, frame.payload.dropFirst(SegmentFormat.digestLength))
    }

    /// The frame of a piece: from what was read ahead if it is there.
    mutating func pieceFrame(at offset: Int) throws(StoreError) -> FileWindow.Frame? {
        window.contains(offset) ? try window.frame(at: offset, in: file) : try pieceWindow.frame(at: offset, in: file)
    }
}

/// A frame of a segment and where it lies.
package struct SegmentFrame: Sendable {
    /// What a frame holds.
    package enum Content: Sendable {
        /// A run of body bytes; its length without the digest.
        case piece(length: Int)
        /// An exchange.
        case exchange(Exchange)
        /// Recordings that were lost before this point.
        case gap(RecordingGap)
        /// The number that the next exchange of the store gets: numbering goes on when everything before was sealed.
        case opening(nextNumber: UInt64)
        /// A type that a newer program wrote.
        case unknown(type: UInt8)
    }

    /// Where the frame begins in the file.
    package var offset: Int
    /// Where the next frame begins.
    package var end: Int
    /// What it holds.
    package var content: Content
}
