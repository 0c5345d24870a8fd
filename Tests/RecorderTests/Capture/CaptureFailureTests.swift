import Foundation
import Logging
import NIOCore
import TestSupport
import Testing

@testable import Recorder

@Suite
struct CaptureFailureTests {
    private func sample(_ number: UInt64, _ text: String = "") -> CaptureSample {
        var sample = CaptureSample(number)
        sample.requestBody = #"{"model":"m","messages":[{"role":"user","content":"\#(number) \#(text)"}]}"#
        return sample
    }

    @Test("a store that was removed is noticed, and recording goes on by itself in a new one")
    func aStoreThatWasRemovedIsNoticedAnd() async throws {
        let recording = try Recording { $0.retryInterval = .zero }
        await recording.record(sample(1))
        let key = try Data(contentsOf: URL(fileURLWithPath: recording.store.layout.maskingKey))
        recording.store.remove()
        // The ticket comes nevertheless: traffic goes on.
        await recording.record(sample(2))
        let reason = try #require(recording.state.degraded)
        #expect(reason.contains(recording.store.layout.home))
        #expect(recording.state.lost == [reason: 1])

        await recording.record(sample(3))
        await recording.record(sample(4))
        await recording.pipeline.close()
        #expect(recording.state.degraded == nil)
        #expect(recording.state.recorded == 3)
        #expect(recording.state.lostCount == 1)
        let content = try recording.store.read()
        // The number of the exchange that was lost is not given again.
        #expect(content.exchanges.map(\.exchange.id) == [sample(3).id, sample(4).id])
        #expect(content.numbers == [3, 4])
        #expect(content.gaps.map(\.exchanges) == [1])
        #expect(content.gaps.map(\.from) == [sample(2).startedAt])
        #expect(content.gaps.map(\.reason) == [reason])
        // The same key, so that equal secrets keep their tags.
        #expect(try Data(contentsOf: URL(fileURLWithPath: recording.store.layout.maskingKey)) == key)
    }

    @Test("a store that works again is noticed although nothing more is recorded, and the loss is told")
    func aStoreThatWorksAgainIsNoticedWithoutTraffic() async throws {
        let recording = try Recording {
            $0.retryInterval = .zero
            $0.idleRetryInterval = .milliseconds(10)
        }
        await recording.record(sample(1))
        recording.store.remove()
        await recording.record(sample(2))
        #expect(recording.state.lostCount == 1)
        #expect(try await eventually { recording.state.degraded == nil ? true : nil } == true)
        await recording.pipeline.close()
        #expect(try recording.store.read().gaps.map(\.exchanges) == [1])
    }

    @Test("a store that cannot come back is left alone for a while, and every loss is counted")
    func aStoreThatCannotComeBackIsLeft() async throws {
        let recording = try Recording { $0.retryInterval = .seconds(3600) }
        await recording.record(sample(1))
        recording.store.remove()
        for number in 2...40 as ClosedRange<UInt64> { await recording.record(sample(number)) }
        #expect(recording.state.lostCount == 39)
        #expect(recording.state.lost.count == 1)
        #expect(recording.state.recorded == 1)
        #expect(!FileManager.default.fileExists(atPath: recording.store.layout.home))
        // The last chance to tell of the losses is taken.
        await recording.pipeline.close()
        #expect(try recording.store.read().gaps.map(\.exchanges) == [39])
    }

    @Test("a file in the way of the store is overcome when it is gone")
    func aFileInTheWayOfTheStore() async throws {
        let recording = try Recording { $0.retryInterval = .zero }
        let home = recording.store.layout.home
        recording.store.remove()
        try Data().write(to: URL(fileURLWithPath: home))
        for number in 1...5 as ClosedRange<UInt64> { await recording.record(sample(number)) }
        #expect(recording.state.degraded?.contains(home) == true)
        #expect(recording.state.lostCount == 5)
        recording.store.remove()
        await recording.record(sample(6))
        await recording.pipeline.close()
        #expect(recording.state.degraded == nil)
        let content = try recording.store.read()
        #expect(content.exchanges.map(\.exchange.id) == [sample(6).id])
        #expect(content.gaps.reduce(0) { $0 + $1.exchanges } == 5)
    }

    @Test("the parts of an open exchange are given up with the store they were in")
    func thePartsOfAnOpenExchangeAreGiven() async throws {
        let recording = try Recording { $0.retryInterval = .zero }
        var long = sample(1)
        long.answerHead = "HTTP/1.1 200 OK\ncontent-type: text/plain"
        long.answer = [[UInt8](repeating: 0x61, count: 40_000), Array("and the rest".utf8)]
        let items = long.inParts
        await recording.record(Array(items.dropLast()))
        recording.store.remove()
        await recording.record(sample(2))
        await recording.record(sample(3))
        await recording.record([items[2]])
        await recording.pipeline.close()
        let item = try #require(try recording.store.read().exchanges.first { $0.exchange.id == long.id })
        #expect(item.exchange.request.body.omitted == "store not writable")
        #expect(item.exchange.request.body.wireLength == long.requestBody.utf8.count)
        #expect(item.exchange.response?.body == BodyRecord(wireLength: 40_012, omitted: "store not writable"))
        #expect(item.exchange.response?.status == 200)
        #expect(item.exchange.response?.chunks.map(\.offset) == [1000, 1001])
    }

    @Test("the group that finds the store writable again is recorded whole")
    func theGroupThatFindsTheStoreWritableAgain() throws {
        let store = try TemporaryStore()
        var settings = RecorderSettings()
        settings.retryInterval = .milliseconds(100)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let writer = try CaptureWriter(layout: store.layout, settings: settings, logger: logger)
        store.remove()
        writer.take(.finished(sample(1).whole))
        writer.flush()
        #expect(writer.takeOutcome().lost.values.reduce(0, +) == 1)
        var number: UInt64 = 1
        while writer.groupLength == 0, number < 10_000_000 {
            number += 1
            writer.take(.finished(sample(number).whole))
        }
        for _ in 0..<5 {
            number += 1
            writer.take(.finished(sample(number).whole))
        }
        writer.flush()
        let outcome = writer.takeOutcome()
        #expect(outcome.degraded == nil)
        #expect(outcome.recorded == 6)
        writer.close()
        #expect(try store.read().exchanges.count == 6)
    }

    @Test("a disk without space degrades recording, not traffic")
    func aDiskWithoutSpaceDegradesRecordingNotTraffic() async throws {
        let store = try TemporaryStore()
        // Every write to this file finds the disk full.
        try FileManager.default.createSymbolicLink(
            atPath: store.layout.segment(1),
            withDestinationPath: "/dev/full"
        )
        let recording = try Recording(store)
        for number in 1...20 as ClosedRange<UInt64> { await recording.record(sample(number)) }
        #expect(recording.state.degraded?.contains("No space left on device") == true)
        #expect(recording.state.degraded?.contains(store.layout.segment(1)) == true)
        #expect(recording.state.lostCount == 20)
        await recording.pipeline.close()
    }

    @Test(
        "when there is space again recording goes on, and nothing refers to what was never written",
        .enabled(if: TinyDisk.isPossible, "mounting a small file system needs root")
    )
    func whenThereIsSpaceAgainRecordingGoesOn() async throws {
        let disk = try TinyDisk()
        let layout = StoreLayout(home: disk.path + "/store")
        let store = try TemporaryStore(layout)
        let recording = try Recording(store) { $0.retryInterval = .zero }
        await recording.record(sample(1))
        let text = Conversation.words(20_000)
        try disk.fill()
        for number in 2...4 as ClosedRange<UInt64> { await recording.record(sample(number, text)) }
        #expect(recording.state.degraded?.contains("No space left on device") == true)
        #expect(recording.state.lostCount == 3)
        // What is in the file is whole, however far the last write came.
        #expect(try store.read().numbers == [1])

        disk.empty()
        for number in 5...6 as ClosedRange<UInt64> { await recording.record(sample(number, text)) }
        await recording.pipeline.close()
        #expect(recording.state.degraded == nil)
        #expect(recording.state.recorded == 3)
        let content = try store.read()
        #expect(content.exchanges.map(\.exchange.id) == [1, 5, 6].map { sample($0).id })
        for item in content.exchanges.dropFirst() {
            let number = item.exchange.id == sample(5).id ? 5 : 6 as UInt64
            #expect(String(decoding: item.requestBody, as: UTF8.self) == sample(number, text).requestBody)
        }
        #expect(content.gaps.reduce(0) { $0 + $1.exchanges } == 3)
    }

    @Test(
        "a group that did not fit is rolled back whole",
        .enabled(if: TinyDisk.isPossible, "mounting a small file system needs root")
    )
    func aGroupThatDidNotFitIsRolled() throws {
        let disk = try TinyDisk()
        let store = try TemporaryStore(StoreLayout(home: disk.path + "/store"))
        var writer = try SegmentWriter(layout: store.layout, number: 1)
        func append(_ text: String) -> Bool { Array(text.utf8).withUnsafeBytes { writer.append(piece: $0).isNew } }
        #expect(append("first"))
        try writer.flush(toDisk: false)
        let before = try store.bytes()
        // More than the disk has: a part of it is written before the disk is full.
        #expect(append(String(repeating: "x", count: 2_000_000)))
        #expect(append("second"))
        #expect(throws: StoreError.self) { try writer.flush(toDisk: false) }
        #expect(try store.bytes() == before)
        #expect(writer.length == before.count)
        #expect(!append("first"))
        #expect(append("second"))
        try writer.flush(toDisk: true)
        #expect(try store.read().pieces == [5, 6])
    }
}
