import NIOCore
import Testing

@testable import ProxyRuntime

@Suite("Time limits")
struct TimeLimitsTests {
    @Test("are looked at once a second, or often enough for the shortest")
    func tick() {
        var limits = TimeLimits()
        #expect(limits.tick == .seconds(1))
        limits.clientHead = .milliseconds(400)
        #expect(limits.tick == .milliseconds(100))
        limits.firstByte = .milliseconds(8)
        #expect(limits.tick == .milliseconds(10))
    }

    @Test("are said as a person says them")
    func text() {
        #expect(TimeAmount.seconds(10).text == "10 s")
        #expect(TimeAmount.milliseconds(250).text == "250 ms")
        #expect(TimeAmount.milliseconds(1500).text == "1500 ms")
    }
}
