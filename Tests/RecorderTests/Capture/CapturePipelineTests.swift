import Foundation
import NIOCore
import Synchronization
import Testing

@testable import Recorder

@Suite
struct CapturePipelineTests {
    @Test("a ticket is released only when the exchange is in the file")
    func aTicketIsReleasedOnlyWhenTheExchange() async throws {
        let store = try TemporaryStore()
        let missing = Mutex<[Int]>([])
        let recording = try Recording(
            store,
            onRelease: { tokens in
                let numbers = (try? store.read())?.numbers ?? []
                missing.withLock { $0 += tokens.filter { !numbers.contains(UInt64($0 + 1)) } }
            }
        )
        for number in 1...60 as ClosedRange<UInt64> { recording.submit(.finished(CaptureSample(number).whole)) }
        await recording.tickets.released(60)
        #expect(missing.withLock { $0 } == [])
        await recording.pipeline.close()
        #expect(recording.state.recorded == 60)
        #expect(recording.state.lostCount == 0)
    }

    @Test("what piles up is written in bounded groups, in the order of handing over")
    func whatPilesUpIsWrittenInBoundedGroups() async throws {
        let recording = try Recording(isHeld: true)
        recording.submit(.finished(CaptureSample(1).whole))
        await recording.isAtGate()
        for number in 2...1000 as ClosedRange<UInt64> { recording.submit(.finished(CaptureSample(number).whole)) }
        recording.open()
        await recording.tickets.released(1000)
        await recording.pipeline.close()
        let groups = recording.tickets.groups.map(\.count)
        #expect(groups == [1, 512, 487])
        #expect(recording.tickets.groups.flatMap { $0 } == Array(0..<1000))
        let content = try recording.store.read()
        #expect(content.numbers == Array(1...1000))
        #expect(content.exchanges.map(\.exchange.id) == (1...1000).map { CaptureSample($0).id })
    }

    @Test("an exchange is recorded as it was, with equal bodies stored once")
    func anExchangeIsRecordedAsItWasWith() async throws {
        let recording = try Recording()
        for number in 1...3 as ClosedRange<UInt64> { await recording.record(CaptureSample(number)) }
        await recording.pipeline.close()
        let content = try recording.store.read()
        let item = try #require(content.exchanges.first)
        let exchange = item.exchange
        #expect(exchange.request.method == "POST")
        #expect(exchange.request.path == "/v1/messages")
        #expect(exchange.request.query == "beta=true")
        #expect(exchange.request.headers.map(\.name) == ["host", "content-type", "x-claude-code-session-id"])
        #expect(exchange.session == "session-1")
        #expect(exchange.model == "claude-sonnet-4-5")
        #expect(exchange.stream == nil)
        #expect(exchange.attempts.count == 1)
        #expect(exchange.attempts.first?.because == "the only target")
        #expect(exchange.attempts.first?.firstByteAt == 900)
        #expect(exchange.response?.status == 200)
        #expect(exchange.response?.headers.first("x-tapedeck-exchange") == CaptureSample(1).id.description)
        #expect(exchange.response?.chunks == [Chunk(offset: 1000, length: 31)])
        #expect(exchange.duration == 90_000)
        for item in content.exchanges {
            #expect(String(decoding: item.requestBody, as: UTF8.self) == CaptureSample(1).requestBody)
            #expect(item.responseBody == CaptureSample(1).answer[0])
        }
        #expect(content.pieceBytes == CaptureSample(1).requestBody.utf8.count + 31)
    }

    static let answers: [(name: String, head: String, bytes: [UInt8])] = [
        ("json", "HTTP/1.1 200 OK\ncontent-type: application/json", Array(#"{"type":"message","content":[]}"#.utf8)),
        ("error", "HTTP/1.1 429 No\ncontent-type: application/json", Array(#"{"type":"error","error":{}}"#.utf8)),
        ("text", "HTTP/1.1 200 OK\ncontent-type: text/plain", Array("Grüße, 世界".utf8)),
        ("events", "HTTP/1.1 200 OK\ncontent-type: text/event-stream", Array(ErrorEventWatchTests.plain.utf8)),
        (
            "failing events", "HTTP/1.1 200 OK\ncontent-type: text/event-stream",
            Array(ErrorEventWatchTests.overload.utf8)
        ),
        (
            "compressed events", "HTTP/1.1 200 OK\ncontent-type: text/event-stream\ncontent-encoding: gzip",
            ErrorEventWatchTests.compressed(ErrorEventWatchTests.overload)
        ),
        ("opaque", "HTTP/1.1 200 OK\ncontent-type: application/octet-stream", [1, 2, 3, 4, 5, 6, 7, 8]),
    ]

    @Test("what comes in parts is recorded as what comes whole", arguments: answers.indices)
    func whatComesInPartsIsRecordedAsWhat(index: Int) async throws {
        let (_, head, bytes) = Self.answers[index]
        for split in [1, 2, 3, 7, 64, 1000] {
            let recording = try Recording()
            var sample = CaptureSample(1)
            sample.answerHead = head
            sample.answer = stride(from: 0, to: bytes.count, by: split).map {
                Array(bytes[$0..<min($0 + split, bytes.count)])
            }
            await recording.record(sample)
            await recording.record(sample.inParts)
            await recording.pipeline.close()
            let items = try recording.store.read().exchanges
            try #require(items.count == 2)
            #expect(items[0].requestBody == items[1].requestBody)
            #expect(items[0].responseBody == items[1].responseBody)
            var (whole, parts) = (items[0].exchange, items[1].exchange)
            #expect(whole.response?.body.wireLength == bytes.count)
            #expect(whole.response?.chunks.count == sample.answer.count)
            #expect(whole.response?.chunks.reduce(0) { $0 + $1.length } == whole.response?.body.storedLength)
            // Where the pieces lie may differ: parts are joined on the way.
            whole.response?.body.pieces = []
            whole.attempts[0].response?.body.pieces = []
            parts.response?.body.pieces = []
            parts.attempts[0].response?.body.pieces = []
            parts.number = whole.number
            expectEqual(whole, parts)
        }
    }

    @Test("an error event decides kind and ending")
    func anErrorEventDecidesKindAndEnding() async throws {
        let recording = try Recording()
        var sample = CaptureSample(1)
        sample.answerHead = "HTTP/1.1 200 OK\ncontent-type: text/event-stream"
        sample.answer = [Array(ErrorEventWatchTests.overload.utf8)]
        await recording.record(sample)
        sample.answer = [Array(ErrorEventWatchTests.overload.replacingOccurrences(of: "overloaded", with: "api").utf8)]
        await recording.record(sample)
        sample.answer = [Array(ErrorEventWatchTests.plain.utf8)]
        await recording.record(sample)
        await recording.pipeline.close()
        let exchanges = try recording.store.read().exchanges.map(\.exchange)
        #expect(exchanges.map(\.ending) == [.errorEvent, .errorEvent, .complete])
        #expect(exchanges.map(\.attempts[0].kind) == [.overloaded, .streamError, .success])
    }

    @Test("a long exchange goes over segments while others come and go")
    func aLongExchangeGoesOverSegmentsWhileOthers() async throws {
        let recording = try Recording { settings in settings.segmentSize = 100_000 }
        var long = CaptureSample(1)
        long.answerHead = "HTTP/1.1 200 OK\ncontent-type: text/plain"
        long.answer = (0..<30).map { part in
            Array((0..<1500).map { "part \(part) word \($0 &* 7919 % 10_007)\n" }.joined().utf8)
        }
        for (index, item) in long.inParts.enumerated() {
            await recording.record([item])
            var short = CaptureSample(UInt64(index + 2))
            short.requestBody = #"{"model":"m","messages":[{"role":"user","content":"number \#(index)"}]}"#
            await recording.record(short)
        }
        await recording.pipeline.close()
        let numbers = try StoreReader(recording.store.layout).segmentNumbers()
        #expect(numbers.count > 3)
        #expect(numbers == Array(1...numbers.count))
        let content = try recording.store.read()
        let item = try #require(content.exchanges.first { $0.exchange.id == long.id })
        #expect(String(decoding: item.requestBody, as: UTF8.self) == long.requestBody)
        #expect(item.responseBody == long.answer.flatMap { $0 })
        #expect(item.exchange.response?.body.pieces.first?.segmentsBack ?? 0 > 2)
        #expect(item.exchange.request.body.pieces.first?.segmentsBack ?? 0 > 2)
        #expect(content.numbers == Array(1...32))
    }

    @Test("numbers go on after a restart, also behind segments without an exchange")
    func numbersGoOnAfterARestartAlsoBehind() async throws {
        let store = try TemporaryStore()
        for first in [1, 3] as [UInt64] {
            let recording = try Recording(store)
            await recording.record(CaptureSample(first))
            await recording.record(CaptureSample(first + 1))
            await recording.pipeline.close()
        }
        // A long answer filled two segments, and the proxy died before its end.
        for number in [2, 3] {
            var writer = try SegmentWriter(layout: store.layout, number: number)
            _ = Array("part \(number)".utf8).withUnsafeBytes { writer.append(piece: $0) }
            try writer.flush(toDisk: false)
        }
        let recording = try Recording(store)
        await recording.record(CaptureSample(5))
        await recording.pipeline.close()
        #expect(try store.read().numbers == [1, 2, 3, 4, 5])
    }

    @Test("a second recorder on one store is refused, and the first goes on")
    func aSecondRecorderOnOneStoreIsRefused() async throws {
        let recording = try Recording()
        #expect { _ = try Recording(recording.store) } throws: {
            let error = $0 as? StoreError
            return error?.code == .inUse && error?.message.contains(recording.store.layout.home) == true
        }
        await recording.record(CaptureSample(1))
        await recording.pipeline.close()
        #expect(try recording.store.read().numbers == [1])
        let second = try Recording(recording.store)
        await second.pipeline.close()
    }

    @Test("closing writes what was handed over before")
    func closingWritesWhatWasHandedOverBefore() async throws {
        let recording = try Recording()
        for number in 1...300 as ClosedRange<UInt64> { recording.submit(.finished(CaptureSample(number).whole)) }
        await recording.pipeline.close()
        #expect(try recording.store.read().numbers.count == 300)
        #expect(!StoreLock.isHeld(recording.store.layout))
    }

    @Test("a refused request leaves its reason")
    func aRefusedRequestLeavesItsReason() async throws {
        let recording = try Recording()
        var captured = CaptureSample(1).whole
        captured.body = nil
        captured.bodyLength = 99
        captured.bodyOmitted = "refused: body_too_large"
        captured.attempts = []
        captured.answer = CapturedAnswer(status: 413, head: DerivedHead(), repeatsAttempt: false)
        captured.answer?.own = ByteBuffer(string: #"{"type":"error"}"#)
        captured.answer?.ownAt = 1200
        await recording.record([.finished(captured)])
        await recording.pipeline.close()
        let item = try #require(try recording.store.read().exchanges.first)
        #expect(item.exchange.request.body == BodyRecord(wireLength: 99, omitted: "refused: body_too_large"))
        #expect(item.responseBody == Array(#"{"type":"error"}"#.utf8))
        #expect(item.exchange.response?.chunks == [Chunk(offset: 1200, length: 16)])
    }
}
