import Foundation

/// A delay: always the same, or drawn anew each time.
///
/// All numbers are milliseconds, `sigma` of a lognormal is a ratio.
package enum DelayDistribution: Sendable, Hashable {
    /// Always this long.
    case fixed(Duration)
    /// Anything between two bounds, all alike.
    case uniform(low: Double, high: Double)
    /// A normal distribution; what would be negative is 0.
    case normal(mean: Double, sigma: Double)
    /// A distribution whose logarithm is normal: many short delays and a few long ones.
    case lognormal(median: Double, sigma: Double)
    /// The time between events that don't know of each other.
    case exponential(mean: Double)

    /// The longest delay that is drawn: a day.
    static let longest = 86_400_000.0

    /// Always so many milliseconds.
    package static func milliseconds(_ count: Int) -> DelayDistribution {
        .fixed(.milliseconds(count))
    }

    /// Draws a delay, between 0 and a day; a fixed one draws nothing.
    func draw(_ random: inout SplitMix64) -> Duration {
        let milliseconds: Double
        switch self {
        case .fixed(let time): return time
        case .uniform(let low, let high): milliseconds = low + (high - low) * random.fraction()
        case .normal(let mean, let sigma): milliseconds = mean + sigma * random.normal()
        case .lognormal(let median, let sigma): milliseconds = median * exp(sigma * random.normal())
        case .exponential(let mean): milliseconds = -mean * log(1 - random.fraction())
        }
        // Nothing times infinity.
        guard !milliseconds.isNaN else { return .zero }
        return .microseconds(Int64(min(max(0, milliseconds), Self.longest) * 1000))
    }
}
