/// Walks one line of JSON and picks out the strings that are fragments of a longer text.
struct DeltaParser {
    /// A string's content without its quotes, and what identifies the text it belongs to.
    struct Fragment {
        var range: Range<Int>
        var key: UInt64
    }

    private struct Frame {
        var isObject: Bool
        /// A hash of the names on the way here.
        var path: UInt64
        /// Whether a `delta` encloses this value, and whether it does so directly.
        var isInDelta: Bool
        var isDelta: Bool
        var firstFragment: Int
        var index: UInt64?
    }

    private static let deepest = 64
    /// Strings under `delta` that are names and ids rather than text, or opaque data.
    private static let notText: Set<UInt64> = Set(
        [
            "type", "role", "id", "name", "signature", "data", "tool_use_id", "stop_reason", "stop_sequence",
            "finish_reason", "encrypted_content", "index",
        ].map { word in DeltaParser.hash(Array(word.utf8)) }
    )
    private static let delta = hash(Array("delta".utf8))
    private static let contentBlock = hash(Array("content_block".utf8))
    private static let arguments = hash(Array("arguments".utf8))
    private static let completion = hash(Array("completion".utf8))

    private(set) var fragments: [Fragment] = []
    private var frames: [Frame] = []

    private static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
        var value: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return value
    }

    private static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
        (a ^ (b &+ 0x9E37_79B9_7F4A_7C15 &+ (a << 6) &+ (a >> 2))) &* 0xFF51_AFD7_ED55_8CCD
    }

    /// Fills `fragments` from one line; a line that is no JSON gives what was read up to the fault.
    mutating func parse(_ raw: UnsafeRawBufferPointer, _ range: Range<Int>) {
        fragments.removeAll(keepingCapacity: true)
        frames.removeAll(keepingCapacity: true)
        var position = range.lowerBound
        let end = range.upperBound
        var name: UInt64 = 0
        var endsWithIndex = false
        var expectsName = false
        while position < end {
            let byte = raw[position]
            switch byte {
            case 0x7B, 0x5B:
                guard frames.count < DeltaParser.deepest else { return }
                push(name, isObject: byte == 0x7B)
                expectsName = byte == 0x7B
                name = 0
                position += 1
            case 0x7D, 0x5D:
                pop()
                position += 1
            case 0x2C:
                expectsName = frames.last?.isObject ?? false
                if !expectsName { name = 0 }
                position += 1
            case 0x22:
                guard let close = closingQuote(raw, position + 1, end) else { return }
                let content = (position + 1)..<close
                if expectsName {
                    name = DeltaParser.hash(UnsafeRawBufferPointer(rebasing: raw[content]))
                    endsWithIndex = content.count >= 5 && DeltaParser.isIndex(raw, content.upperBound)
                    expectsName = false
                } else {
                    take(content, name)
                }
                position = close + 1
            case 0x30...0x39 where endsWithIndex && !expectsName:
                var value: UInt64 = 0
                while position < end, ByteClass.isDigit(raw[position]) {
                    value = value &* 10 &+ UInt64(raw[position] - 0x30)
                    position += 1
                }
                if let last = frames.indices.last {
                    frames[last].index = DeltaParser.mix(frames[last].index ?? name, value)
                }
                endsWithIndex = false
            default: position += 1
            }
        }
        while !frames.isEmpty { pop() }
    }

    private static func isIndex(_ raw: UnsafeRawBufferPointer, _ end: Int) -> Bool {
        let word: StaticString = "index"
        return (0..<5).allSatisfy { raw[end - 5 + $0] == word.utf8Start[$0] }
    }

    private func closingQuote(_ raw: UnsafeRawBufferPointer, _ start: Int, _ end: Int) -> Int? {
        guard let base = raw.baseAddress else { return nil }
        var position = start
        while position < end {
            let byte = base.load(fromByteOffset: position, as: UInt8.self)
            if byte == 0x22 { return position }
            position &+= byte == 0x5C ? 2 : 1
        }
        return nil
    }

    private mutating func push(_ name: UInt64, isObject: Bool) {
        let isDelta = isObject && (name == DeltaParser.delta || name == DeltaParser.contentBlock)
        // The block's start may carry the first words of the text that deltas continue.
        let step = isDelta ? DeltaParser.delta : name
        frames.append(
            Frame(
                isObject: isObject,
                path: DeltaParser.mix(frames.last?.path ?? 0, step),
                isInDelta: isDelta || frames.last?.isInDelta ?? false,
                isDelta: isDelta,
                firstFragment: fragments.count,
                index: nil
            )
        )
    }

    private mutating func pop() {
        guard let frame = frames.popLast() else { return }
        guard let index = frame.index else { return }
        for number in frame.firstFragment..<fragments.count {
            fragments[number].key = DeltaParser.mix(fragments[number].key, index)
        }
    }

    private mutating func take(_ content: Range<Int>, _ name: UInt64) {
        guard let frame = frames.last, frame.isObject, !content.isEmpty else { return }
        let isText =
            frame.isDelta && !DeltaParser.notText.contains(name)
            || frame.isInDelta && name == DeltaParser.arguments
            || name == DeltaParser.delta
            || name == DeltaParser.completion && frames.count == 1
        guard isText else { return }
        fragments.append(Fragment(range: content, key: DeltaParser.mix(frame.path, name)))
    }
}
