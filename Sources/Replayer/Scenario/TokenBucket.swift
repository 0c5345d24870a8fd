import Recorder

/// A token bucket: full at first, refilled continuously, so much a minute.
///
/// A value without a clock of its own.
struct TokenBucket: Sendable, Hashable {
    /// What it holds when it is full, and what flows in within a minute.
    let perMinute: Int
    private var level: Double
    private var updated: Timestamp

    /// Makes a full bucket.
    init(perMinute: Int, now: Timestamp) {
        self.perMinute = max(1, perMinute)
        level = Double(self.perMinute)
        updated = now
    }

    /// What is left, in whole tokens; 0 is empty.
    var remaining: Int { max(0, Int(level.rounded(.down))) }

    /// Lets flow in what came since the last time; a clock that went back changes nothing.
    mutating func refill(now: Timestamp) {
        guard now > updated else { return }
        let minutes = Double(now.microseconds - updated.microseconds) / 60_000_000
        level = min(Double(perMinute), level + minutes * Double(perMinute))
        updated = now
    }

    /// Takes tokens; more than there are leave a debt that has to flow in first.
    mutating func take(_ amount: Int) {
        level -= Double(amount)
    }

    /// The seconds until one token is there, rounded up.
    var secondsToOne: Int { seconds(to: 1) }

    /// When it is full again.
    var fullAt: Timestamp {
        updated.advanced(byMicroseconds: Int64(seconds(to: Double(perMinute))) * 1_000_000)
    }

    private func seconds(to amount: Double) -> Int {
        // Sums of small flows may miss a whole token by a hair; thirty years are enough for any wait.
        max(0, Int(min(1e9, ((amount - level) * 60 / Double(perMinute) - 1e-9).rounded(.up))))
    }
}
