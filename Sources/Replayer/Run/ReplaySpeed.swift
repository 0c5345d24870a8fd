/// How fast recorded time passes in a replay.
public enum ReplaySpeed: Hashable, Sendable {
    /// As many times faster than it was recorded, in thousandths: 1000 is the original.
    case times(thousandths: Int64)
    /// Without waiting.
    case max

    /// As recorded.
    public static let original = ReplaySpeed.times(thousandths: 1000)

    /// Reads `orig`, `max`, or a factor from 0.001 to 1000000 with up to three decimals, such as `10x` or `2.5x`.
    ///
    /// - Returns: `nil` for any other text.
    public init?(_ text: String) {
        switch text {
        case "orig": self = .original
        case "max": self = .max
        default:
            guard text.hasSuffix("x") else { return nil }
            let parts = text.dropLast().split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
            let decimals = parts.count > 1 ? parts[1] : "0"
            guard let whole = ReplaySpeed.digits(parts[0], atMost: 7),
                let rest = ReplaySpeed.digits(decimals, atMost: 3)
            else { return nil }
            let scale: [Int64] = [1000, 100, 10, 1]
            let thousandths = whole * 1000 + rest * scale[decimals.utf8.count]
            guard (1...1_000_000_000).contains(thousandths) else { return nil }
            self = .times(thousandths: thousandths)
        }
    }

    private static func digits(_ text: Substring, atMost limit: Int) -> Int64? {
        guard (1...limit).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int64(text)
    }

    /// A recorded span of microseconds as it lasts in the replay.
    public func scaled(_ microseconds: Int64) -> Int64 {
        switch self {
        case .max: return 0
        case .times(let thousandths):
            let (product, isBeyond) = Swift.max(0, microseconds).multipliedReportingOverflow(by: 1000)
            return isBeyond ? .max : product / thousandths
        }
    }
}
