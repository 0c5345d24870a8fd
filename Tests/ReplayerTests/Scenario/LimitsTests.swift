import Recorder
import Testing

@testable import Replayer

struct LimitsTests {
    private static let start = Timestamp(microseconds: 1_795_168_800_000_000)

    private static func after(_ seconds: Double) -> Timestamp {
        start.advanced(byMicroseconds: Int64(seconds * 1_000_000))
    }

    @Test("a bucket refills continuously, never over its size, and pays its debts first")
    func bucketRefills() {
        var bucket = TokenBucket(perMinute: 60, now: Self.start)
        #expect(bucket.remaining == 60)
        bucket.take(59)
        #expect(bucket.remaining == 1)
        bucket.take(11)
        #expect(bucket.remaining == 0)
        #expect(bucket.secondsToOne == 11)
        #expect(bucket.fullAt == Self.after(70))
        bucket.refill(now: Self.after(10.5))
        #expect(bucket.remaining == 0)
        #expect(bucket.secondsToOne == 1)
        bucket.refill(now: Self.after(11))
        #expect(bucket.remaining == 1)
        bucket.refill(now: Self.start)
        #expect(bucket.remaining == 1)
        bucket.refill(now: Self.after(1000))
        #expect(bucket.remaining == 60)
    }

    @Test("a debt beyond all measure is a long wait")
    func bucketDebt() {
        var bucket = TokenBucket(perMinute: 1, now: Self.start)
        bucket.take(1_000_000_000_000_000)
        #expect(bucket.secondsToOne == 1_000_000_000)
        #expect(bucket.fullAt == Self.after(1_000_000_000))
    }

    @Test("a window warns from three quarters on, rejects at its limit, and starts anew in its own rhythm")
    func windowRolls() {
        let settings = QuotaWindowSettings(length: .fiveHours, limit: 1000, used: 740, resetsIn: .seconds(600))
        var window = QuotaWindow(settings, now: Self.start)
        #expect(window.status == .allowed)
        window.spend(10)
        #expect(window.status == .warning)
        window.spend(250)
        #expect(window.status == .rejected)
        #expect(window.utilizationText == "1.0")
        window.roll(now: Self.after(599))
        #expect(window.status == .rejected)
        window.roll(now: Self.after(600))
        #expect(window.status == .allowed)
        #expect(window.reset == Self.after(600 + 18_000))
        window.roll(now: Self.after(600 + 40_000))
        #expect(window.reset == Self.after(600 + 54_000))
    }
}
