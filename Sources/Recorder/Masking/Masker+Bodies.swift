extension Masker {
    /// The most bytes that a whole compressed body may unpack to.
    static let wholeLimit = 64 << 20

    /// Masks a body that lies in memory.
    ///
    /// A compressed body that holds secrets is packed again in the same coding, with a flush at each chunk's end, so
    /// that its header stays true; one that was cut off stays cut off.
    ///
    /// - Parameters:
    ///   - wire: The body as it was received, without transfer framing.
    ///   - chunkLengths: The lengths of the reads it came in; empty when nobody wants to know.
    ///   - contentType: The value of its `content-type`.
    ///   - contentEncoding: The value of its `content-encoding`.
    /// - Returns: What may be stored.
    package func maskedBody(
        _ wire: UnsafeRawBufferPointer,
        chunkLengths: [Int],
        contentType: String?,
        contentEncoding: String?
    ) -> MaskedBody {
        maskedBody(
            wire,
            chunkLengths: chunkLengths,
            form: BodyForm(contentType: contentType, contentEncoding: contentEncoding),
            needsProof: TextCheck.needsProof(contentType)
        )
    }

    /// Masks a body that lies in memory and whose form is known.
    ///
    /// - Parameters:
    ///   - wire: The body as it was received, without transfer framing.
    ///   - chunkLengths: The lengths of the reads it came in; empty when nobody wants to know.
    ///   - form: What its headers say it is.
    ///   - needsProof: Whether it is text only if it is UTF-8 throughout.
    /// - Returns: What may be stored.
    func maskedBody(
        _ wire: UnsafeRawBufferPointer,
        chunkLengths: [Int],
        form: BodyForm,
        needsProof: Bool
    ) -> MaskedBody {
        guard !wire.isEmpty else { return .unchanged }
        switch form {
        case .opaque(let reason): return .omitted(reason: masked(reason))
        case .text(let syntax):
            if let reason = TextCheck.fault(of: wire, needsProof: needsProof) { return .omitted(reason: reason) }
            var finder = EditFinder(tagger: tagger, syntax: syntax)
            let edits = finder.edits(in: wire)
            guard !edits.isEmpty else { return .unchanged }
            return .masked(
                bytes: Masker.apply(edits, to: wire),
                chunkLengths: ChunkMap.lengths(after: edits, of: chunkLengths)
            )
        case .compressed(let format, let syntax):
            do throws(CompressionError) {
                return try maskedPacked(wire, chunkLengths, format, syntax, needsProof)
            } catch {
                return .omitted(reason: error.description)
            }
        }
    }

    private func maskedPacked(
        _ wire: UnsafeRawBufferPointer,
        _ chunkLengths: [Int],
        _ format: InflateStream.Format,
        _ syntax: TextSyntax,
        _ needsProof: Bool
    ) throws(CompressionError) -> MaskedBody {
        var unpacker = try InflateStream(format)
        var text: [UInt8] = []
        var textLengths: [Int] = []
        var position = 0
        for length in chunkLengths.isEmpty ? [wire.count] : chunkLengths {
            let known = text.count
            let chunk = UnsafeRawBufferPointer(rebasing: wire[position..<(position + length)])
            try unpacker.inflate(chunk, into: &text, limit: Masker.wholeLimit)
            textLengths.append(text.count - known)
            position += length
        }
        let isFinished = unpacker.isFinished
        if let reason = text.withUnsafeBytes({ TextCheck.fault(of: $0, needsProof: needsProof) }) {
            return .omitted(reason: reason)
        }
        var finder = EditFinder(tagger: tagger, syntax: syntax)
        let edits = text.withUnsafeBytes { finder.edits(in: $0) }
        guard !edits.isEmpty else { return .unchanged }
        let masked = text.withUnsafeBytes { Masker.apply(edits, to: $0) }
        let lengths = ChunkMap.lengths(after: edits, of: textLengths)
        var packer = try DeflateStream(format)
        var packed: [UInt8] = []
        var packedLengths: [Int] = []
        position = 0
        for (number, length) in lengths.enumerated() {
            let known = packed.count
            masked[position..<(position + length)].withUnsafeBytes {
                let isEnd = isFinished && number == lengths.count - 1
                packer.deflate($0, flush: isEnd ? .finish : .sync, into: &packed)
            }
            packedLengths.append(packed.count - known)
            position += length
        }
        return .masked(bytes: packed, chunkLengths: chunkLengths.isEmpty ? [] : packedLengths)
    }
}
