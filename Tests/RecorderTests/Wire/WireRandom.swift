/// A generator that gives the same numbers on every run (SplitMix64), so that what a fuzz test finds can be found again.
struct WireRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }

    /// Changes a few bytes of a document: overwrites, removes, inserts, repeats or cuts off.
    mutating func mutate(_ bytes: [UInt8], alphabet: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &self) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &self)
            switch Int.random(in: 0..<6, using: &self) {
            case 0: bytes[place] = alphabet.randomElement(using: &self) ?? 0
            case 1: bytes.remove(at: place)
            case 2: bytes.insert(alphabet.randomElement(using: &self) ?? 0, at: place)
            case 3: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 9)], at: place)
            case 4: bytes.removeSubrange(place..<min(bytes.count, place + 5))
            default: bytes.removeLast(min(bytes.count, Int.random(in: 0...9, using: &self)))
            }
        }
        return bytes
    }
}
