/// Masks a text that comes in parts: holds back what more text could still change.
///
/// A window of text is looked at when it is full, so the result does not depend on how the text was cut. All but the
/// last `lookAhead` bytes are then given out, and less when a secret is not at its end yet; what was given out last
/// stays as context.
struct MaskWindow {
    /// What comes out.
    struct Output {
        var bytes: [UInt8] = []
        /// Positions in `bytes` at which chunks end.
        var borders: [Int] = []
        var isChanged = false
    }

    static let lookAhead = 64 << 10
    private static let size = 192 << 10
    private static let context = 4 << 10
    /// Beyond this even an unfinished secret is given out as one placeholder.
    private static let largest = 4 << 20

    private var finder: EditFinder
    private let syntax: TextSyntax
    private var buffer: [UInt8] = []
    /// How many bytes at the front of `buffer` were given out before.
    private var emitted = 0
    private var full = MaskWindow.size
    /// Positions in `buffer` at which chunks end.
    private var borders: [Int] = []

    init(tagger: Tagger, syntax: TextSyntax) {
        finder = EditFinder(tagger: tagger, syntax: syntax)
        self.syntax = syntax
    }

    mutating func feed(_ bytes: UnsafeRawBufferPointer, into output: inout Output) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let room = min(rest.count, emitted + full - buffer.count)
            buffer.append(contentsOf: rest.prefix(room))
            rest = rest.dropFirst(room)
            if buffer.count - emitted == full { process(isEnd: false, into: &output) }
        }
    }

    mutating func endChunk(into output: inout Output) {
        borders.append(buffer.count)
    }

    mutating func finish(into output: inout Output) {
        process(isEnd: true, into: &output)
    }

    private mutating func process(isEnd: Bool, into output: inout Output) {
        let edits = buffer.withUnsafeBytes { finder.edits(in: $0) }
        let isForced = full >= MaskWindow.largest
        var cut = buffer.count
        if !isEnd && !isForced { cut = heldBack(edits) }
        guard isEnd || cut > emitted else {
            full += MaskWindow.lookAhead
            return
        }
        emit(edits, to: cut, into: &output)
        // The borders at the cut itself go with what was given out.
        let keep = contextStart(cut)
        buffer.removeFirst(keep)
        emitted = cut - keep
        for index in borders.indices { borders[index] -= keep }
        full = MaskWindow.size
    }

    /// How far the text may be given out.
    private func heldBack(_ edits: [Edit]) -> Int {
        var cut = buffer.count - MaskWindow.lookAhead
        if syntax == .eventStream, let line = buffer[emitted..<cut].lastIndex(of: 0x0A) { cut = line + 1 }
        // From the back, as holding back one secret may cut through another.
        var isSettled = false
        while !isSettled {
            isSettled = true
            for edit in edits where edit.group.lowerBound < cut && (edit.group.upperBound > cut || edit.isOpen) {
                guard edit.group.lowerBound >= emitted else { continue }
                cut = edit.group.lowerBound
                isSettled = false
            }
        }
        return cut
    }

    private mutating func emit(_ edits: [Edit], to cut: Int, into output: inout Output) {
        var position = emitted
        var border = 0
        func mark(upTo limit: Int, _ borders: [Int]) {
            while border < borders.count, borders[border] <= limit {
                output.borders.append(output.bytes.count - (limit - max(borders[border], position)))
                border += 1
            }
        }
        for edit in edits where edit.range.upperBound > emitted && edit.range.lowerBound < cut {
            if edit.range.lowerBound > position {
                output.bytes.append(contentsOf: buffer[position..<edit.range.lowerBound])
                mark(upTo: edit.range.lowerBound, borders)
            }
            output.isChanged = true
            if edit.range.lowerBound >= emitted { output.bytes.append(contentsOf: edit.replacement) }
            position = max(position, min(edit.range.upperBound, cut))
            // A chunk that ends inside the secret ends behind its placeholder.
            while border < borders.count, borders[border] <= position {
                output.borders.append(output.bytes.count)
                border += 1
            }
        }
        if cut > position {
            output.bytes.append(contentsOf: buffer[position..<cut])
        }
        mark(upTo: cut, borders)
        borders.removeFirst(border)
    }

    private func contextStart(_ cut: Int) -> Int {
        let start = max(0, cut - MaskWindow.context)
        guard syntax == .eventStream, start > 0 else { return start }
        let farthest = max(0, start - MaskWindow.lookAhead)
        return buffer[farthest..<start].lastIndex(of: 0x0A).map { $0 + 1 } ?? start
    }
}
