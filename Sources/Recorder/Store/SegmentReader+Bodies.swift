extension SegmentReader {
    /// Reads the masked bytes of a body.
    ///
    /// - Throws: `StoreError` with code `corrupt` when a piece is not where the record says.
    package mutating func body(_ record: BodyRecord) throws(StoreError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(record.storedLength, SegmentFormat.maximumPayload))
        try forEachPiece(of: record) { _, _, content in bytes.append(contentsOf: content) }
        try check(bytes.count, record)
        return bytes
    }

    /// The names, lengths and places of a body's pieces, in order.
    ///
    /// - Throws: `StoreError` with code `corrupt` when a piece is not where the record says.
    package mutating func pieces(of record: BodyRecord) throws(StoreError) -> [BodyPiece] {
        var pieces: [BodyPiece] = []
        var length = 0
        var fault: StoreError?
        let path = file.path
        try forEachPiece(of: record) { place, name, content in
            guard let digest = Digest(bytes: name) else {
                fault = StoreError(.corrupt, "\(path) has no piece at offset \(place.offset)")
                return
            }
            pieces.append(BodyPiece(name: digest, length: content.count, place: place))
            length += content.count
        }
        if let fault { throw fault }
        try check(length, record)
        return pieces
    }

    /// The content of a piece that `pieces(of:)` gave.
    ///
    /// - Throws: `StoreError` with code `corrupt` when it is not there any more.
    package mutating func content(of piece: BodyPiece) throws(StoreError) -> [UInt8] {
        var content: [UInt8] = []
        let record = BodyRecord(storedLength: piece.length, pieces: [piece.place])
        try forEachPiece(of: record) { content.append(contentsOf: $2) }
        try check(content.count, record)
        return content
    }

    private func check(_ length: Int, _ record: BodyRecord) throws(StoreError) {
        guard length == record.storedLength else {
            throw StoreError(.corrupt, "\(file.path): a body has \(length) bytes instead of \(record.storedLength)")
        }
    }

    private mutating func forEachPiece(
        of record: BodyRecord,
        _ body: (_ place: PieceRun, _ name: ArraySlice<UInt8>, _ content: ArraySlice<UInt8>) -> Void
    ) throws(StoreError) {
        for run in record.pieces {
            if run.segmentsBack == 0 {
                try forEachPiece(in: run, segmentsBack: 0, body)
            } else {
                var earlier = try SegmentReader(path: try earlierSegment(run.segmentsBack))
                try earlier.forEachPiece(in: run, segmentsBack: run.segmentsBack, body)
            }
        }
    }

    private mutating func forEachPiece(
        in run: PieceRun,
        segmentsBack: Int,
        _ body: (_ place: PieceRun, _ name: ArraySlice<UInt8>, _ content: ArraySlice<UInt8>) -> Void
    ) throws(StoreError) {
        var offset = Int(truncatingIfNeeded: run.offset)
        for _ in 0..<run.count {
            guard let frame = try pieceFrame(at: offset), frame.type == SegmentFormat.FrameType.piece.rawValue,
                frame.payload.count >= SegmentFormat.digestLength
            else { throw StoreError(.corrupt, "\(file.path) has no piece at offset \(offset)") }
            body(
                PieceRun(offset: UInt64(offset), count: 1, segmentsBack: segmentsBack),
                frame.payload.prefix(SegmentFormat.digestLength),
                frame.payload.dropFirst(SegmentFormat.digestLength)
            )
            offset = frame.end
        }
    }

    private func earlierSegment(_ distance: Int) throws(StoreError) -> String {
        guard let slash = file.path.lastIndex(of: "/"),
            let number = StoreLayout.segmentNumber(fileName: String(file.path[file.path.index(after: slash)...]))
        else { throw StoreError(.corrupt, "\(file.path) refers to an earlier segment, but its own name has no number") }
        return file.path[...slash] + StoreLayout.segmentFileName(number - distance)
    }
}
