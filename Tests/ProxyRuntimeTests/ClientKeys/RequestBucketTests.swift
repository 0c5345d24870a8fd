import Recorder
import TestSupport
import Testing

@testable import ProxyRuntime

@Suite("Requests per minute")
struct RequestBucketTests {
    @Test("a minute's worth may come at once, then one by one as it refills")
    func refills() {
        var bucket = RequestBucket(requestsPerMinute: 3, at: instant())
        #expect((0..<3).map { _ in bucket.take(at: instant()) } == [nil, nil, nil])
        // One every 20 seconds.
        #expect(bucket.take(at: instant()) == 20)
        #expect(bucket.take(at: instant(0.1)) == 20)
        #expect(bucket.take(at: instant(12.5)) == 8)
        #expect(bucket.take(at: instant(19.999_999)) == 1)
        #expect(bucket.take(at: instant(20)) == nil)
        #expect(bucket.take(at: instant(20)) == 20)
        #expect(bucket.take(at: instant(60)) == nil)
        #expect(bucket.take(at: instant(60)) == nil)
        #expect(bucket.take(at: instant(60)) == 20)
    }

    @Test("a long rest saves up no more than a minute")
    func fills() {
        var bucket = RequestBucket(requestsPerMinute: 2, at: instant())
        #expect(bucket.take(at: instant()) == nil)
        let later = instant(86_400 * 365)
        #expect((0..<3).map { _ in bucket.take(at: later) } == [nil, nil, 30])
    }

    @Test("a clock that is set back neither gives nor blocks")
    func clockSetBack() {
        var bucket = RequestBucket(requestsPerMinute: 1, at: instant())
        #expect(bucket.take(at: instant()) == nil)
        #expect(bucket.take(at: instant(-3600)) == 60)
        #expect(bucket.take(at: instant(-3540)) == nil)
    }

    @Test("the wait that is told is the wait it takes", arguments: [1, 7, 60, 999, 1_000_000])
    func tellsTruth(limit: Int) {
        var random = SeededGenerator(seed: UInt64(limit))
        var bucket = RequestBucket(requestsPerMinute: limit, at: instant())
        var now = instant()
        var taken = 0
        for _ in 0..<2000 {
            now = now.advanced(byMicroseconds: Int64.random(in: 0...100_000, using: &random))
            guard let wait = bucket.take(at: now) else {
                taken += 1
                continue
            }
            #expect(wait >= 1)
            var copy = bucket
            #expect(copy.take(at: now.advanced(byMicroseconds: Int64(wait) * 1_000_000)) == nil)
        }
        let minutes = Double(now.microseconds - instant().microseconds) / 60_000_000
        #expect(Double(taken) <= Double(limit) * (1 + minutes))
    }
}
