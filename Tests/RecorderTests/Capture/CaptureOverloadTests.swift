import NIOCore
import Testing

@testable import Recorder

@Suite
struct CaptureOverloadTests {
    private func large(_ number: UInt64) -> CaptureSample {
        var sample = CaptureSample(number)
        sample.session = "session-\(number)"
        sample.requestBody = #"{"messages":["\#(number)","# + String(repeating: "1,", count: 5000) + "1]}"
        return sample
    }

    @Test("with wait nothing is lost and everyone hears when it is over")
    func withWaitNothingIsLostAndEveryoneHears() async throws {
        let recording = try Recording(isHeld: true) { $0.queueLimit = 100_000 }
        recording.submit(.finished(CaptureSample(1).whole))
        await recording.isAtGate()
        var accepted = 1 as UInt64
        while !recording.pipeline.isOverloaded, accepted < 100 {
            accepted += 1
            recording.submit(.finished(large(accepted).whole))
        }
        // Each counts with its 10 KB of body and a few more.
        #expect((5...10).contains(accepted))
        #expect(recording.state.queueBytes > 90_000)
        #expect(recording.tickets.frees == 0)
        // What comes nevertheless is kept.
        for number in (accepted + 1)...(accepted + 20) { recording.submit(.finished(large(number).whole)) }
        recording.open()
        await recording.tickets.released(Int(accepted) + 20)
        await recording.pipeline.close()
        #expect(!recording.pipeline.isOverloaded)
        #expect(recording.tickets.frees == 1)
        #expect(recording.state.queueBytes == 0)
        #expect(recording.state.recorded == Int(accepted) + 20)
        #expect(recording.state.lostCount == 0)
        let content = try recording.store.read()
        #expect(content.numbers == Array(1...(accepted + 20)))
        #expect(content.gaps == [])
    }

    @Test("with shed what does not fit is counted, and nobody waits")
    func withShedWhatDoesNotFitIsCounted() async throws {
        let recording = try Recording(isHeld: true) {
            $0.queueLimit = 100_000
            $0.onOverload = .shed
        }
        recording.submit(.finished(CaptureSample(1).whole))
        await recording.isAtGate()
        for number in 2...50 as ClosedRange<UInt64> {
            recording.submit(.finished(large(number).whole))
            #expect(!recording.pipeline.isOverloaded)
            #expect(recording.state.queueBytes <= 105_000)
        }
        recording.open()
        await recording.tickets.released(50)
        await recording.pipeline.close()
        let content = try recording.store.read()
        let recorded = content.exchanges.count
        #expect((5...10).contains(recorded))
        #expect(recording.state.recorded == recorded)
        #expect(recording.state.lost == ["overload": 50 - recorded])
        #expect(content.gaps.map(\.reason) == ["overload"])
        #expect(content.gaps.map(\.exchanges) == [50 - recorded])
        #expect(content.gaps.first?.until == large(50).startedAt)
        // The numbers are those of what is there: a loss leaves no hole.
        #expect(content.numbers == Array(1...UInt64(recorded)))
    }

    @Test("with shed an exchange whose parts were left out says so")
    func withShedAnExchangeWhosePartsWereLeft() async throws {
        let recording = try Recording(isHeld: true) {
            $0.queueLimit = 24_000
            $0.onOverload = .shed
        }
        recording.submit(.finished(CaptureSample(1).whole))
        await recording.isAtGate()
        // Fills the queue, so that request and first part are left out.
        recording.submit(.finished(large(2).whole))
        recording.submit(.finished(large(3).whole))
        var sample = large(4)
        sample.answerHead = "HTTP/1.1 200 OK\ncontent-type: text/plain"
        sample.answer = [Array(repeating: 0x61, count: 20_000), Array("the rest".utf8)]
        let items = sample.inParts
        for item in items.dropLast() { recording.submit(item) }
        recording.open()
        await recording.tickets.released(5)
        await recording.record([items[2]])
        await recording.pipeline.close()
        let item = try #require(try recording.store.read().exchanges.last)
        #expect(item.exchange.id == sample.id)
        #expect(
            item.exchange.request.body == BodyRecord(wireLength: sample.requestBody.utf8.count, omitted: "overload")
        )
        let body = try #require(item.exchange.response?.body)
        #expect(body == BodyRecord(wireLength: 20_008, omitted: "overload"))
        // Once, although two bodies are missing; the third exchange was shed as a whole, which is a gap.
        #expect(recording.state.lost == ["overload": 1, "overload: body left out": 1])
        #expect(recording.state.recorded == 3)
        #expect(try recording.store.read().gaps.map(\.exchanges) == [1])
    }
}
