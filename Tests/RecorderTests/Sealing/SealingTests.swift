import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Recorder

struct SealingTests {
    /// An hour after the samples.
    private static let now = Timestamp(microseconds: 1_795_172_400_000_000)

    private static func turn(_ layout: StoreLayout, _ change: (inout SealingSettings) -> Void = { _ in }) -> SealingTurn
    {
        var settings = SealingSettings()
        settings.level = 3
        settings.retention = RetentionPolicy(days: nil)
        change(&settings)
        let sealer = SegmentSealer(layout: layout, level: settings.level)
        return SealingTurn(layout: layout, settings: settings, sealer: sealer)
    }

    /// Asks a recorder for the border, rolling its segment if it is due.
    private static func roll(_ recording: Recording, _ change: (inout SealingSettings) -> Void) async -> SealingBorder?
    {
        var settings = SealingSettings()
        change(&settings)
        let fixed = settings
        return await withCheckedContinuation { continuation in
            recording.pipeline.roll(fixed, now: now) { continuation.resume(returning: $0) }
        }
    }

    private static func ids(_ store: TemporaryStore) throws -> [String] {
        let reader = try StoreReader(store.layout)
        let sealed = Set(try reader.bundles().compactMap(\.segment))
        var ids: [String] = []
        for bundle in try reader.bundles() {
            let file = try BundleFile(path: store.layout.bundles + "/" + bundle.name)
            #expect(file.faults == [])
            for row in file.rows {
                let recorded = try file.recorded(row)
                for body in recorded.exchange.bodies { _ = try recorded.body(body) }
                ids.append(row.summary.id.description)
            }
        }
        for number in try reader.segmentNumbers() where !sealed.contains(number) {
            var segment = try reader.segment(number)
            while let frame = try segment.next() {
                guard case .exchange(let exchange) = frame.content else { continue }
                for body in exchange.bodies { _ = try segment.body(body) }
                ids.append(exchange.id.description)
            }
        }
        return ids.sorted()
    }

    @Test("a closed segment becomes a bundle, and is deleted a turn later")
    func aClosedSegmentBecomesABundle() async throws {
        let recording = try Recording()
        for number in 1...3 { await recording.record(CaptureSample(UInt64(number))) }
        let before = try Self.ids(recording.store)
        #expect(await Self.roll(recording) { $0.idle = .seconds(600) } == SealingBorder(live: 1, oldestReferred: 1))
        let border = try #require(await Self.roll(recording) { $0.idle = .zero })
        #expect(border == SealingBorder(live: 2, oldestReferred: 2))
        #expect(await Self.roll(recording) { $0.idle = .zero } == border, "an empty segment is not closed")
        var turn = Self.turn(recording.store.layout)
        #expect(turn.run(border, now: Self.now) { false } == nil)
        let reader = try StoreReader(recording.store.layout)
        #expect(try reader.bundles().map(\.name) == ["00000001.tar.zst"])
        #expect(try reader.segmentNumbers() == [1, 2])
        #expect(try Self.ids(recording.store) == before)
        #expect(turn.run(border, now: Self.now) { false } == nil)
        #expect(try reader.segmentNumbers() == [2])
        #expect(try Self.ids(recording.store) == before)
        // Numbers go on, also in a new process that finds nothing but bundles and an empty segment.
        await recording.pipeline.close()
        let next = try Recording(recording.store)
        await next.record(CaptureSample(9))
        await next.pipeline.close()
        #expect(try recording.store.read().numbers == [4])
    }

    @Test("a crash between any two steps loses and doubles nothing")
    func aCrashBetweenAnyTwoSteps() async throws {
        let recording = try Recording()
        for number in 1...3 { await recording.record(CaptureSample(UInt64(number))) }
        let before = try Self.ids(recording.store)
        let border = try #require(await Self.roll(recording) { $0.age = .zero })
        let layout = recording.store.layout
        // The bundle was being written.
        let partial = layout.bundle(ofSegment: 1) + ".99.partial"
        try Data([1, 2, 3]).write(to: URL(fileURLWithPath: partial))
        #expect(try Self.ids(recording.store) == before)
        var turn = Self.turn(layout)
        turn.removePartialFiles()
        #expect(!FileManager.default.fileExists(atPath: partial))
        #expect(turn.run(border, now: Self.now) { false } == nil)
        #expect(try Self.ids(recording.store) == before)
        // The bundle had its name, the segment was not deleted yet; the next process does that.
        await recording.pipeline.close()
        var later = Self.turn(layout)
        for _ in 0..<2 { #expect(later.run(SealingBorder(live: 2, oldestReferred: 2), now: Self.now) { false } == nil) }
        #expect(try StoreReader(layout).segmentNumbers() == [2])
        #expect(try Self.ids(recording.store) == before)
    }

    @Test("a segment stays as long as an exchange that is not over has a part in it")
    func aSegmentStaysAsLongAsAnExchangeHasAPartInIt() async throws {
        let recording = try Recording()
        await recording.record(CaptureSample(1))
        var long = CaptureSample(2)
        long.answerHead = "HTTP/1.1 200 OK\ncontent-type: text/event-stream"
        long.answer = (0..<40).map {
            Array("data: {\"part\":\($0),\"text\":\"\(String(repeating: "x", count: 900))\"}\n\n".utf8)
        }
        let items = long.inParts
        await recording.record(Array(items.dropLast()))
        let border = try #require(await Self.roll(recording) { $0.age = .zero })
        #expect(border.oldestReferred == 1 && border.live == 2)
        var turn = Self.turn(recording.store.layout)
        for _ in 0..<3 { #expect(turn.run(border, now: Self.now) { false } == nil) }
        let reader = try StoreReader(recording.store.layout)
        #expect(try reader.segmentNumbers() == [1, 2])
        await recording.record(Array(items.suffix(1)))
        // It is over, but what refers to the first segment is not sealed.
        let still = try #require(await Self.roll(recording) { $0.age = .seconds(86_400 * 36_500) })
        #expect(still.oldestReferred == 1)
        let done = try #require(await Self.roll(recording) { $0.idle = .zero })
        for _ in 0..<2 { #expect(turn.run(done, now: Self.now) { false } == nil) }
        #expect(try reader.segmentNumbers() == [3])
        #expect(try Self.ids(recording.store).count == 2)
        let file = try BundleFile(path: recording.store.layout.bundle(ofSegment: 2))
        let recorded = try file.recorded(try #require(file.rows.first))
        let body = try recorded.body(try #require(recorded.exchange.response).body)
        #expect(body == long.answer.flatMap { $0 })
    }

    @Test("retention deletes, counts what it deletes, and counts it once")
    func retentionDeletesAndCounts() async throws {
        let recording = try Recording()
        for number in 1...3 { await recording.record(CaptureSample(UInt64(number))) }
        let border = try #require(await Self.roll(recording) { $0.age = .zero })
        let layout = recording.store.layout
        var turn = Self.turn(layout) { $0.retention = RetentionPolicy(days: 7) }
        #expect(turn.run(border, now: Self.now) { false } == nil)
        #expect(try StoreReader(layout).bundles().count == 1)
        let later = Self.now.advanced(byMicroseconds: 30 * 86_400_000_000 * 400)
        #expect(turn.run(border, now: later) { false } == nil)
        #expect(try StoreReader(layout).bundles().isEmpty)
        #expect(try StoreReader(layout).segmentNumbers() == [2])
        let records = try DeletionRecord.all(in: layout)
        #expect(records.map(\.exchanges) == [3])
        #expect(records.map(\.reason) == [.age])
        #expect(turn.takeDeletions() == records)
    }

    @Test("the age of an import counts from the import, and each deletion of it is noted")
    func importsAge() async throws {
        let recording = try Recording()
        await recording.record(CaptureSample(1))
        let border = try #require(await Self.roll(recording) { $0.age = .zero })
        let layout = recording.store.layout
        var turn = Self.turn(layout) { $0.retention = RetentionPolicy(days: 7) }
        #expect(turn.run(border, now: Self.now) { false } == nil)
        let imported = layout.bundles + "/import-a.tar.zst"
        let copy = layout.home + "/copy.tar.zst"
        try FileManager.default.copyItem(atPath: layout.bundle(ofSegment: 1), toPath: copy)
        let day: Int64 = 86_400_000_000
        for round in 1...2 {
            try FileManager.default.copyItem(atPath: copy, toPath: imported)
            // The recording is of 2026-11; it came into the store later.
            let came = Self.now.advanced(byMicroseconds: Int64(round) * 100 * day)
            let date = Date(timeIntervalSince1970: Double(came.microseconds) / 1e6)
            try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: imported)
            var later = Self.turn(layout) { $0.retention = RetentionPolicy(days: 7) }
            #expect(later.run(border, now: came.advanced(byMicroseconds: 6 * day)) { false } == nil)
            #expect(FileManager.default.fileExists(atPath: imported))
            #expect(later.run(border, now: came.advanced(byMicroseconds: 8 * day)) { false } == nil)
            #expect(!FileManager.default.fileExists(atPath: imported))
            #expect(try DeletionRecord.all(in: layout).count { $0.bundle == "import-a.tar.zst" } == round)
        }
    }

    @Test("the catalog follows a segment into its bundle, and out of the store")
    func theCatalogFollowsASegmentIntoItsBundle() async throws {
        let recording = try Recording()
        for number in 1...3 { await recording.record(CaptureSample(UInt64(number))) }
        let layout = recording.store.layout
        let indexer = CatalogIndexer(layout)
        try indexer.catchUp()
        func bundles() throws -> [String?] {
            try CatalogReader(path: layout.catalog).read { snapshot in
                var names: [String?] = []
                try snapshot.forEach(ExchangeQuery(), oldestFirst: true) {
                    names.append($0.summary.bundle)
                    return true
                }
                return names
            }
        }
        #expect(try bundles() == [nil, nil, nil])
        let border = try #require(await Self.roll(recording) { $0.age = .zero })
        await recording.record(CaptureSample(4))
        var turn = Self.turn(layout)
        #expect(turn.run(border, now: Self.now) { false } == nil)
        try indexer.catchUp()
        let name = StoreLayout.bundleFileName(1)
        #expect(try bundles() == [name, name, name, nil])
        #expect(turn.run(border, now: Self.now) { false } == nil)
        try indexer.catchUp()
        #expect(try bundles() == [name, name, name, nil])
        try indexer.reset()
        try indexer.catchUp()
        #expect(try bundles() == [name, name, name, nil])
        try FileManager.default.removeItem(atPath: layout.bundle(ofSegment: 1))
        try indexer.catchUp()
        #expect(try bundles() == [nil])
    }
}
