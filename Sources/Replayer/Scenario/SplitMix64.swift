import Foundation

/// The random numbers of a scenario: SplitMix64, the same in every run and on every platform.
struct SplitMix64: RandomNumberGenerator, Sendable, Hashable {
    private var state: UInt64

    /// Begins at a seed.
    init(seed: UInt64) {
        state = seed
    }

    /// Begins where the n-th request of a scenario begins, so that the order in which answers are made plays no part.
    init(seed: UInt64, request: Int) {
        var mixer = SplitMix64(seed: UInt64(bitPattern: Int64(request)))
        state = seed ^ mixer.next()
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to, but not including, 1.
    mutating func fraction() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// A number of the standard normal distribution (Box and Muller's cosine half; two draws).
    mutating func normal() -> Double {
        // 1 - x is never 0, whose logarithm there is not.
        let radius = (-2 * log(1 - fraction())).squareRoot()
        return radius * cos(2 * .pi * fraction())
    }
}
