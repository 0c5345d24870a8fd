import Recorder

/// A quota over five hours or seven days, as subscription accounts have.
///
/// A value without a clock of its own.
struct QuotaWindow: Sendable, Hashable {
    /// The two lengths.
    enum Length: String, Sendable, Hashable, CaseIterable {
        case fiveHours = "5h"
        case sevenDays = "7d"

        /// Its name in `representative-claim`.
        var claim: String { self == .fiveHours ? "five_hour" : "seven_day" }

        var seconds: Int64 { self == .fiveHours ? 18_000 : 604_800 }
    }

    /// What a window says of itself.
    enum Status: String, Sendable, Hashable {
        case allowed
        case warning = "allowed_warning"
        case rejected
    }

    let length: Length
    /// The tokens it allows.
    let limit: Int
    private(set) var used: Int
    /// When it starts anew.
    private(set) var reset: Timestamp

    /// Makes a window that is partly used.
    init(_ settings: QuotaWindowSettings, now: Timestamp) {
        length = settings.length
        limit = max(1, settings.limit)
        used = settings.used
        let left = settings.resetsIn.components.seconds
        reset = now.advanced(byMicroseconds: left * 1_000_000)
    }

    /// The used part; can pass 1.
    var utilization: Double { Double(used) / Double(limit) }

    var status: Status {
        if used >= limit { return .rejected }
        return utilization >= 0.75 ? .warning : .allowed
    }

    /// Starts anew when its time has come, as often as it has.
    mutating func roll(now: Timestamp) {
        guard now >= reset else { return }
        let length = length.seconds * 1_000_000
        let periods = (now.microseconds - reset.microseconds) / length + 1
        reset = reset.advanced(byMicroseconds: periods * length)
        used = 0
    }

    /// Counts tokens.
    mutating func spend(_ tokens: Int) {
        used = used.addingReportingOverflow(tokens).overflow ? .max : used + tokens
    }

    /// Two decimals at most, with a point: `0.0`, `0.87`, `1.0`.
    var utilizationText: String { String((utilization * 100).rounded() / 100) }
}
