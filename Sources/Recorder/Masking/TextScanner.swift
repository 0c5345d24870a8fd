import Glibc

/// Finds secrets in one run of text bytes.
///
/// A first pass over the bytes, in blocks that stay in the nearest cache, looks for anchors, for `@`, for escapes that
/// may hide ASCII and for long runs of base64. Only where one of them stands is anything decoded.
struct TextScanner {
    private static let block = 8 << 10
    /// Raw bytes behind an anchor that are decoded at first; more when a detector asks for them.
    private static let lookAhead = 128
    private static let longestLookAhead = 64 << 10
    /// The deepest base64 inside base64 that is looked into.
    private static let deepest = 3

    let tagger: Tagger
    private let index = Detectors.index
    private let depth: Int
    private var window = LogicalText()
    private var matches: [SecretMatch] = []
    private(set) var findings: [Finding] = []
    /// Everything in front of these positions has been looked at for escapes and base64.
    private var escapesUntil = 0
    private var base64Until = 0

    init(tagger: Tagger, depth: Int = 0) {
        self.tagger = tagger
        self.depth = depth
    }

    /// Gives the secrets in `raw`, in order and without overlaps.
    mutating func scan(_ raw: UnsafeRawBufferPointer) -> [Finding] {
        findings.removeAll(keepingCapacity: true)
        escapesUntil = 0
        base64Until = 0
        var position = 0
        while position < raw.count {
            let end = min(raw.count, position + TextScanner.block)
            scanAnchors(raw, position..<end)
            scanMarks(raw, position..<end)
            scanBase64(raw, position..<end)
            position = end
        }
        findings.resolveOverlaps()
        return findings
    }

    // MARK: - First pass

    private mutating func scanAnchors(_ raw: UnsafeRawBufferPointer, _ range: Range<Int>) {
        guard let base = raw.baseAddress else { return }
        let bitmap = index.bitmap
        var position = range.lowerBound
        // Four bytes are loaded where three are needed.
        let fastEnd = min(range.upperBound, raw.count - 10)
        while position < fastEnd {
            let a = base.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            let b = base.loadUnaligned(fromByteOffset: position &+ 2, as: UInt32.self)
            let t0 = UInt32(truncatingIfNeeded: a) & 0xFF_FFFF | 0x20_2020
            let t1 = b & 0xFF_FFFF | 0x20_2020
            let t2 = UInt32(truncatingIfNeeded: a >> 32) & 0xFF_FFFF | 0x20_2020
            let t3 = base.loadUnaligned(fromByteOffset: position &+ 6, as: UInt32.self) & 0xFF_FFFF | 0x20_2020
            let h0 = AnchorIndex.hash(t0)
            let h1 = AnchorIndex.hash(t1)
            let h2 = AnchorIndex.hash(t2)
            let h3 = AnchorIndex.hash(t3)
            let b0 = bitmap[Int(h0 >> 5)] >> (h0 & 31)
            let b1 = bitmap[Int(h1 >> 5)] >> (h1 & 31)
            let b2 = bitmap[Int(h2 >> 5)] >> (h2 & 31)
            let b3 = bitmap[Int(h3 >> 5)] >> (h3 & 31)
            if (b0 | b1 | b2 | b3) & 1 != 0 {
                if b0 & 1 != 0 { checkAnchor(raw, h0, position) }
                if b1 & 1 != 0 { checkAnchor(raw, h1, position &+ 2) }
                if b2 & 1 != 0 { checkAnchor(raw, h2, position &+ 4) }
                if b3 & 1 != 0 { checkAnchor(raw, h3, position &+ 6) }
            }
            position &+= 8
        }
        while position < range.upperBound, position + 3 <= raw.count {
            let trigram =
                (UInt32(raw[position]) | UInt32(raw[position + 1]) << 8 | UInt32(raw[position + 2]) << 16) | 0x20_2020
            let hash = AnchorIndex.hash(trigram)
            if bitmap[Int(hash >> 5)] >> (hash & 31) & 1 != 0 { checkAnchor(raw, hash, position) }
            position += 2
        }
    }

    /// Looks for `@` and for percent-encoding.
    private mutating func scanMarks(_ raw: UnsafeRawBufferPointer, _ range: Range<Int>) {
        var position = range.lowerBound
        while let at = TextScanner.firstIndex(of: 0x40, in: raw, position..<range.upperBound) {
            check(Detectors.addressRank, raw, at..<(at + 1))
            position = at + 1
        }
        position = range.lowerBound
        while let percent = TextScanner.firstIndex(of: 0x25, in: raw, max(position, escapesUntil)..<range.upperBound) {
            if TextScanner.hidesText(raw, percent) { checkEscapes(raw, percent) }
            position = percent + 1
        }
    }

    @inline(__always)
    private static func firstIndex(of byte: UInt8, in raw: UnsafeRawBufferPointer, _ range: Range<Int>) -> Int? {
        guard !range.isEmpty, let base = raw.baseAddress,
            let found = memchr(base + range.lowerBound, Int32(byte), range.count)
        else { return nil }
        return UnsafeRawPointer(found) - base
    }

    /// Looks for stretches of base64.
    ///
    /// A run that is long enough fills at least one aligned group of eight bytes. Ordinary text has a space or a quote,
    /// a byte less than `+`, in almost every group.
    private mutating func scanBase64(_ raw: UnsafeRawBufferPointer, _ range: Range<Int>) {
        guard let base = raw.baseAddress else { return }
        let ones: UInt64 = 0x0101_0101_0101_0101
        var position = max(range.lowerBound, base64Until & ~7)
        while position &+ 8 <= range.upperBound {
            let bytes = base.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            if ((bytes &- ones &* 0x2B) & ~bytes | bytes) & (ones &* 0x80) == 0 {
                if TextScanner.isAllBase64(base + position), hasLongRun(raw, position) {
                    checkBase64(raw, position &+ 4)
                    position = max(position, base64Until & ~7)
                }
            }
            position &+= 8
        }
    }

    /// Whether the run around eight characters of base64 is long, or may go on behind an escape.
    @inline(__always)
    private func hasLongRun(_ raw: UnsafeRawBufferPointer, _ position: Int) -> Bool {
        var count = 8
        var index = position &- 1
        while index >= 0, count < Base64Run.shortest, ByteClass.isBase64(raw[index]) {
            count &+= 1
            index &-= 1
        }
        if index >= 0, raw[index] == 0x5C { return true }
        index = position &+ 8
        while index < raw.count, count < Base64Run.shortest, ByteClass.isBase64(raw[index]) {
            count &+= 1
            index &+= 1
        }
        return count >= Base64Run.shortest || index < raw.count && raw[index] == 0x5C
    }

    @inline(__always)
    private static func isAllBase64(_ bytes: UnsafeRawPointer) -> Bool {
        for index in 0..<8 where !ByteClass.isBase64(bytes.load(fromByteOffset: index, as: UInt8.self)) {
            return false
        }
        return true
    }

    // MARK: - Candidates

    @inline(never)
    private mutating func checkAnchor(_ raw: UnsafeRawBufferPointer, _ hash: UInt32, _ position: Int) {
        for entry in index.entries(of: hash) {
            let start = position - entry.distance
            guard entry.anchor.stands(at: start, in: raw) else { continue }
            guard entry.detector != AnchorIndex.escape else {
                if start >= escapesUntil, TextScanner.hidesText(raw, start) { checkEscapes(raw, start) }
                continue
            }
            check(entry.detector, raw, start..<(start + entry.anchor.text.count))
        }
    }

    /// Whether an escape of a printable ASCII character begins at `position`: `\u00xx` or `%xx`.
    private static func hidesText(_ raw: UnsafeRawBufferPointer, _ position: Int) -> Bool {
        if raw[position] == 0x25 {
            return position + 2 < raw.count && raw[position + 1] &- 0x32 < 6 && ByteClass.isHex(raw[position + 2])
        }
        return position + 5 < raw.count && raw[position + 1] == 0x75 && raw[position + 2] == 0x30
            && raw[position + 3] == 0x30 && raw[position + 4] &- 0x32 < 6 && ByteClass.isHex(raw[position + 5])
    }

    private mutating func check(_ rank: Int, _ raw: UnsafeRawBufferPointer, _ anchor: Range<Int>) {
        let detector = index.detectors[rank]
        guard detector.isPlausible(raw, anchor: anchor) else { return }
        let start = TextScanner.escapeStart(raw, max(0, anchor.lowerBound - detector.lookBehind))
        var ahead = TextScanner.lookAhead
        while true {
            let end = min(raw.count, anchor.upperBound + ahead)
            window.fill(raw, start..<end, anchor: anchor.lowerBound)
            guard let position = window.anchor else { return }
            matches.removeAll(keepingCapacity: true)
            detector.find(in: &window, at: position, into: &matches)
            guard window.wantsMore, ahead < TextScanner.longestLookAhead else { break }
            ahead *= 4
        }
        for match in matches { report(match, in: window, rank: rank) }
    }

    private mutating func report(_ match: SecretMatch, in text: LogicalText, rank: Int) {
        let canonical = text.bytes[match.range]
        let placeholder =
            match.kind == .privateKey
            ? tagger.placeholder(match.kind, canonical.lazy.filter { !ByteClass.isSpace($0) })
            : tagger.placeholder(match.kind, canonical)
        findings.append(
            Finding(
                range: text.rawRange(match.range),
                kind: match.kind,
                replacement: placeholder,
                contextStart: text.offsets[match.contextStart],
                isByName: match.isByName,
                rank: rank
            )
        )
    }

    /// A position at or a little in front of `start` that is not inside an escape.
    private static func escapeStart(_ raw: UnsafeRawBufferPointer, _ start: Int) -> Int {
        var position = start
        for distance in 1...6 where start - distance >= 0 {
            let byte = raw[start - distance]
            if byte == 0x5C {
                position = start - distance
                while position > 0, start - position < 32, raw[position - 1] == 0x5C { position -= 1 }
                return position
            }
            if byte == 0x25, distance <= 4 { position = start - distance }
        }
        return position
    }

    // MARK: - Escapes

    /// Decodes the surroundings of an escape and looks for anchors and base64 in the result.
    @inline(never)
    private mutating func checkEscapes(_ raw: UnsafeRawBufferPointer, _ position: Int) {
        let margin = 512
        let start = TextScanner.escapeStart(raw, max(0, position - margin * (position == escapesUntil ? 4 : 1)))
        var last = position
        var scanned = position
        let farthest = min(raw.count, position + TextScanner.longestLookAhead)
        while scanned < farthest, scanned - last <= margin {
            if raw[scanned] == 0x25 || raw[scanned] == 0x5C, TextScanner.hidesText(raw, scanned) { last = scanned }
            scanned += 1
        }
        var end = scanned
        var region = LogicalText()
        while true {
            region.fill(raw, start..<end)
            let known = findings.count
            scan(region: &region)
            let touchesEnd = findings[known...].contains { $0.range.upperBound >= end }
            guard end < raw.count, touchesEnd || region.wantsMore, end - scanned < TextScanner.longestLookAhead else {
                break
            }
            findings.removeSubrange(known...)
            end = min(raw.count, end + max(1024, (end - scanned) * 3))
        }
        // A region cut for its size is taken up again where it ended.
        escapesUntil = scanned == farthest ? scanned : last + 1
    }

    private mutating func scan(region: inout LogicalText) {
        let decoded = region.bytes
        decoded.withUnsafeBytes { bytes in
            var inner = TextScanner(tagger: tagger, depth: depth)
            inner.scanDecoded(bytes, &region)
            findings.append(contentsOf: inner.findings)
        }
    }

    private mutating func scanDecoded(_ bytes: UnsafeRawBufferPointer, _ region: inout LogicalText) {
        for position in bytes.indices {
            if bytes[position] == 0x40 {
                checkDecoded(Detectors.addressRank, bytes, position..<(position + 1), &region)
            }
            guard position + 3 <= bytes.count else { continue }
            let trigram =
                (UInt32(bytes[position]) | UInt32(bytes[position + 1]) << 8 | UInt32(bytes[position + 2]) << 16)
                | 0x20_2020
            let hash = AnchorIndex.hash(trigram)
            guard index.bitmap[Int(hash >> 5)] >> (hash & 31) & 1 != 0 else { continue }
            for entry in index.entries(of: hash)
            where entry.distance == entry.anchor.probe && entry.detector != AnchorIndex.escape {
                let start = position - entry.distance
                guard entry.anchor.stands(at: start, in: bytes) else { continue }
                checkDecoded(entry.detector, bytes, start..<(start + entry.anchor.text.count), &region)
            }
        }
        var position = 0
        while position + 8 <= bytes.count {
            if (position..<(position + 8)).allSatisfy({ ByteClass.isBase64(bytes[$0]) }) {
                checkBase64(bytes, position + 4, offsets: region.offsets)
            }
            position = max(position + 8, base64Until)
        }
    }

    private mutating func checkDecoded(
        _ rank: Int,
        _ bytes: UnsafeRawBufferPointer,
        _ anchor: Range<Int>,
        _ region: inout LogicalText
    ) {
        let detector = index.detectors[rank]
        guard detector.isPlausible(bytes, anchor: anchor) else { return }
        matches.removeAll(keepingCapacity: true)
        detector.find(in: &region, at: anchor.lowerBound, into: &matches)
        for match in matches { report(match, in: region, rank: rank) }
    }

    // MARK: - Base64

    /// Looks into the run of base64 around `position` when it decodes to text.
    private mutating func checkBase64(_ raw: UnsafeRawBufferPointer, _ position: Int, offsets: [Int]? = nil) {
        guard position >= base64Until, depth < TextScanner.deepest, position < raw.count else { return }
        let (end, found) = Base64Run.around(position, in: raw)
        base64Until = max(base64Until, end)
        guard let run = found else { return }
        run.withText { text, characterStart in
            var inner = TextScanner(tagger: tagger, depth: depth + 1)
            let secrets = text.withUnsafeBytes { inner.scan($0) }
            for (range, replacement, kind) in run.edits(secrets, decoded: text, from: characterStart) {
                let lower = offsets.map { $0[range.lowerBound] } ?? range.lowerBound
                let upper = offsets.map { $0[range.upperBound] } ?? range.upperBound
                findings.append(
                    Finding(
                        range: lower..<upper,
                        kind: kind,
                        replacement: replacement,
                        contextStart: lower,
                        isByName: false,
                        rank: index.detectors.count
                    )
                )
            }
        }
    }
}
