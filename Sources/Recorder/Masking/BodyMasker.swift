/// Masks a body that is too large to be held in memory, part by part.
///
/// ```swift
/// var masker = BodyMasker(masker, contentType: "text/event-stream", contentEncoding: nil)
/// for chunk in chunks { store(masker.feed(chunk)) }
/// store(masker.finish())
/// ```
///
/// The bytes that come out are the same however the input is cut. A compressed body is kept as it is when it ends
/// within `wireBudget` and holds no secret; beyond that budget it is always packed anew.
package struct BodyMasker: ~Copyable {
    /// The most wire bytes of a compressed body that are kept while it is not known whether they hold secrets.
    package static let wireBudget = 1 << 20
    private static let textBudget = 8 << 20
    /// zlib never packs better than 1 : 1032; text does not come near.
    private static let bombRatio = 200
    private static let bombFloor = 64 << 20

    /// Why nothing more is stored, once that is so; what came out before is masked and may stay.
    package private(set) var omitted: String?

    private var window: MaskWindow
    private var textCheck: TextCheck
    private var openLength = 0
    // Of compressed bodies only.
    private let format: InflateStream.Format?
    private var unpacker: InflateStream?
    private var packer: DeflateStream?
    private var wire: [UInt8] = []
    private var wireLengths: [Int] = []
    private var wireTotal = 0
    private var pending = MaskWindow.Output()

    /// Prepares for a body with the given `content-type` and `content-encoding`.
    package init(_ masker: Masker, contentType: String?, contentEncoding: String?) {
        textCheck = TextCheck(needsProof: TextCheck.needsProof(contentType))
        var syntax = TextSyntax.text
        var format: InflateStream.Format?
        switch BodyForm(contentType: contentType, contentEncoding: contentEncoding) {
        case .text(let found): syntax = found
        case .compressed(let found, let inner): (format, syntax) = (found, inner)
        case .opaque(let reason): omitted = masker.masked(reason)
        }
        self.format = format
        window = MaskWindow(tagger: masker.tagger, syntax: syntax)
        guard let format, omitted == nil else { return }
        do throws(CompressionError) {
            unpacker = try InflateStream(format)
        } catch {
            omitted = error.description
        }
    }

    /// Takes the next chunk.
    ///
    /// - Returns: The bytes that are final now, and the lengths of the chunks that are.
    package mutating func feed(_ chunk: UnsafeRawBufferPointer) -> MaskedPart {
        guard omitted == nil else { return MaskedPart() }
        guard format != nil else {
            var output = MaskWindow.Output()
            guard check(chunk) else { return MaskedPart() }
            window.feed(chunk, into: &output)
            window.endChunk(into: &output)
            return plainPart(output)
        }
        wireTotal += chunk.count
        do throws(CompressionError) {
            try unpack(chunk)
        } catch {
            return give(up: error.description)
        }
        guard omitted == nil else { return MaskedPart() }
        window.endChunk(into: &pending)
        if packer == nil {
            wire.append(contentsOf: chunk)
            wireLengths.append(chunk.count)
            guard wire.count > BodyMasker.wireBudget || pending.bytes.count > BodyMasker.textBudget else {
                return MaskedPart()
            }
        }
        return pack(isEnd: false)
    }

    /// Ends the body, whole or cut off.
    ///
    /// - Returns: All that was held back.
    package mutating func finish() -> MaskedPart {
        guard omitted == nil else { return MaskedPart() }
        guard format != nil else {
            var output = MaskWindow.Output()
            window.finish(into: &output)
            return plainPart(output)
        }
        window.finish(into: &pending)
        if packer == nil && !pending.isChanged {
            return MaskedPart(bytes: wire, chunkLengths: wireLengths)
        }
        return pack(isEnd: true)
    }

    private mutating func give(up reason: String) -> MaskedPart {
        omitted = reason
        wire = []
        pending = MaskWindow.Output()
        return MaskedPart()
    }

    /// Fails closed on bytes that are no text, in whatever part they come.
    private mutating func check(_ text: UnsafeRawBufferPointer) -> Bool {
        if omitted == nil, !textCheck.isText(text) { omitted = TextCheck.fault }
        return omitted == nil
    }

    private mutating func unpack(_ chunk: UnsafeRawBufferPointer) throws(CompressionError) {
        var position = 0
        while position < chunk.count, omitted == nil {
            // Small bites: each may unpack to a thousand times its size.
            let bite = UnsafeRawBufferPointer(rebasing: chunk[position..<min(chunk.count, position + 4096)])
            var text: [UInt8] = []
            let limit = BodyMasker.bombFloor + BodyMasker.bombRatio * wireTotal
            try unpacker?.inflate(bite, into: &text, limit: limit)
            text.withUnsafeBytes { if check($0) { window.feed($0, into: &pending) } }
            position += bite.count
        }
    }

    /// Packs what is final, with a flush at each chunk's end.
    private mutating func pack(isEnd: Bool) -> MaskedPart {
        guard let format else { return MaskedPart() }
        wire = []
        if packer == nil {
            do throws(CompressionError) {
                packer = try DeflateStream(format)
            } catch {
                return give(up: error.description)
            }
        }
        var part = MaskedPart()
        var position = 0
        let isFinished = isEnd && unpacker?.isFinished ?? false
        for (number, border) in pending.borders.enumerated() {
            let known = part.bytes.count
            let isLast = isFinished && number == pending.borders.count - 1
            pending.bytes[position..<border].withUnsafeBytes {
                packer?.deflate($0, flush: isLast ? .finish : .sync, into: &part.bytes)
            }
            part.chunkLengths.append(openLength + part.bytes.count - known)
            openLength = 0
            position = border
        }
        let known = part.bytes.count
        pending.bytes[position...].withUnsafeBytes { packer?.deflate($0, flush: .none, into: &part.bytes) }
        openLength += part.bytes.count - known
        pending = MaskWindow.Output()
        return part
    }

    private mutating func plainPart(_ output: MaskWindow.Output) -> MaskedPart {
        var part = MaskedPart(bytes: output.bytes)
        var position = 0
        for border in output.borders {
            part.chunkLengths.append(openLength + border - position)
            openLength = 0
            position = border
        }
        openLength += output.bytes.count - position
        return part
    }
}
