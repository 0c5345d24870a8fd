import Recorder

/// The texts that a stream's events bring in parts, put together, with the way back to the bytes.
///
/// Strings with the same path in the JSON of lines, and the same indexes on the way, belong together.
struct EventTexts {
    /// One text, as JSON writes it.
    struct Text {
        private(set) var bytes: [UInt8] = []
        /// Where each part begins in the text and in the body.
        private var parts: [(start: Int, raw: Int)] = []

        fileprivate mutating func append(_ part: UnsafeRawBufferPointer, at raw: Int) {
            parts.append((bytes.count, raw))
            bytes.append(contentsOf: part)
        }

        /// The changes to the body for a place in the text: the replacement where it begins, nothing where it goes on.
        func edits(_ range: Range<Int>, _ replacement: [UInt8]) -> [Splice.Edit] {
            var edits: [Splice.Edit] = []
            for (index, part) in parts.enumerated() {
                let end = index + 1 < parts.count ? parts[index + 1].start : bytes.count
                let common = range.clamped(to: part.start..<end)
                guard !common.isEmpty else { continue }
                let start = part.raw + common.lowerBound - part.start
                edits.append(
                    Splice.Edit(range: start..<(start + common.count), replacement: edits.isEmpty ? replacement : [])
                )
            }
            return edits
        }
    }

    /// Those that came in several parts, or one.
    private(set) var texts: [Text] = []
    private var numbers: [UInt64: Int] = [:]

    /// Takes the lines of a body apart.
    init(_ body: [UInt8]) {
        var start = 0
        while start < body.count {
            let end = body[start...].firstIndex(of: 0x0A) ?? body.count
            var first = start
            if body[start..<end].starts(with: "data:".utf8) { first += 5 }
            let line = Array(body[first..<end])
            _ = JSONValue.read(line) { root -> Bool? in
                collect(root, 0, first)
                return true
            }
            start = end + 1
        }
    }

    private mutating func collect(_ value: JSONValue, _ path: UInt64, _ offset: Int) {
        if let content = value.stringContent {
            let number = numbers[path] ?? texts.count
            if number == texts.count {
                numbers[path] = number
                texts.append(Text())
            }
            texts[number].append(content, at: value.range.lowerBound + 1 + offset)
            return
        }
        var here = path
        value.forEachMember { key, member in
            if let count = member.count, key.string?.hasSuffix("index") == true {
                here = Self.mix(here, [UInt8(truncatingIfNeeded: count)])
            }
            return true
        }
        value.forEachMember { key, member in
            collect(member, Self.mix(here, key.raw), offset)
            return true
        }
        value.forEachElement { element in
            collect(element, Self.mix(here, CollectionOfOne(0)), offset)
            return true
        }
    }

    private static func mix(_ path: UInt64, _ bytes: some Sequence<UInt8>) -> UInt64 {
        bytes.reduce(path ^ 0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }
}
