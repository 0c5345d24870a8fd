/// The anchors of all detectors, arranged so that one pass over the bytes finds them.
///
/// The pass looks at every second position only: three bytes there, letters folded to lower case, are hashed into a
/// bit map. Each anchor enters the map with the three bytes at its probe and the three behind, so that one of the two
/// falls on an even position.
final class AnchorIndex: Sendable {
    struct Entry: Sendable {
        let detector: Int
        let anchor: Anchor
        /// Distance from the anchor's start to the hashed bytes.
        let distance: Int
    }

    /// Stands for a detector's number in the entry of `\u00`, which may hide an ASCII character.
    static let escape = -1

    /// One bit for each hash.
    ///
    /// Written only in `init`, read afterwards: safe to share.
    nonisolated(unsafe) let bitmap: UnsafeMutablePointer<UInt32>
    let detectors: [any SecretDetector]
    /// For each hash the number of its list in `lists`, 0 for none; read-only like `bitmap`.
    nonisolated(unsafe) private let buckets: UnsafeMutablePointer<UInt16>
    private let lists: [[Entry]]

    init(_ detectors: [any SecretDetector]) {
        self.detectors = detectors
        bitmap = .allocate(capacity: 2048)
        bitmap.initialize(repeating: 0, count: 2048)
        buckets = .allocate(capacity: 1 << 16)
        buckets.initialize(repeating: 0, count: 1 << 16)
        var lists: [[Entry]] = [[]]
        let anchors = detectors.enumerated().flatMap { number, detector in detector.anchors.map { (number, $0) } }
        for (number, anchor) in anchors + [(AnchorIndex.escape, Anchor("\\u00"))] {
            let bytes = Array(anchor.text[anchor.probe...])
            var keys: [(UInt32, Int)] = [(AnchorIndex.trigram(bytes[0], bytes[1], bytes[2]), 0)]
            for next in bytes.count > 3 ? [bytes[3]] : anchor.followers {
                keys.append((AnchorIndex.trigram(bytes[1], bytes[2], next), 1))
            }
            for (trigram, shift) in keys {
                let entry = Entry(detector: number, anchor: anchor, distance: anchor.probe + shift)
                let hash = AnchorIndex.hash(trigram)
                if buckets[Int(hash)] == 0 {
                    buckets[Int(hash)] = UInt16(lists.count)
                    lists.append([])
                }
                lists[Int(buckets[Int(hash)])].append(entry)
                bitmap[Int(hash >> 5)] |= 1 << (hash & 31)
            }
        }
        self.lists = lists
    }

    deinit {
        bitmap.deallocate()
        buckets.deallocate()
    }

    private static func trigram(_ a: UInt8, _ b: UInt8, _ c: UInt8) -> UInt32 {
        (UInt32(a) | UInt32(b) << 8 | UInt32(c) << 16) | 0x20_2020
    }

    @inline(__always)
    static func hash(_ trigram: UInt32) -> UInt32 { (trigram &* 0x9E37_79B1) >> 16 }

    /// The anchors that may stand where bytes with that hash are.
    func entries(of hash: UInt32) -> [Entry] { lists[Int(buckets[Int(hash)])] }
}

extension Anchor {
    /// Whether the anchor's text stands at `start`.
    func stands(at start: Int, in raw: UnsafeRawBufferPointer) -> Bool {
        guard start >= 0, start + text.count <= raw.count else { return false }
        for index in text.indices {
            let byte = raw[start + index]
            guard byte == text[index] || anyCase && ByteClass.isUpper(byte) && byte | 0x20 == text[index] else {
                return false
            }
        }
        return true
    }
}
