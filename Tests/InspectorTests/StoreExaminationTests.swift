import Foundation
import Recorder
import Testing

@testable import Inspector

struct StoreExaminationTests {
    @Test("a healthy store has no problems and is counted")
    func healthy() throws {
        let store = try prepared()
        try store.add([.success(1), .error(2)])
        try store.index()
        try store.add(.success(3))
        let examination = try StoreExamination(store.layout)
        #expect(examination.problems.isEmpty)
        #expect(examination.segments == 1)
        #expect(examination.liveExchanges == 3)
        #expect(examination.indexedExchanges == 2)
        #expect(examination.notIndexed == 1)
        #expect(!examination.isRecording)
        let length = try FileManager.default.attributesOfItem(atPath: store.layout.segment(1))[.size] as? Int
        #expect(examination.segmentBytes == length)
    }

    @Test("losses are counted by reason and are no problem of the store")
    func gaps() throws {
        let store = try prepared()
        try store.add(.success(1))
        let full = "no space left on device"
        for (start, reason, count) in [(10, full, 3), (5, "overload", 1), (2, full, 4)] {
            try store.add(
                RecordingGap(
                    from: Timestamp(microseconds: SampleExchange.tenOClock + Int64(start)),
                    until: Timestamp(microseconds: SampleExchange.tenOClock + Int64(start) + 1),
                    reason: reason,
                    exchanges: count
                )
            )
        }
        try store.index()
        let examination = try StoreExamination(store.layout)
        #expect(examination.gaps.map(\.reason) == [full, "overload"])
        #expect(examination.gaps.map(\.exchanges) == [7, 1])
        #expect(examination.gaps.map(\.gaps) == [2, 1])
        #expect(examination.gaps[0].from.microseconds == SampleExchange.tenOClock + 2)
        #expect(examination.gaps[0].until.microseconds == SampleExchange.tenOClock + 11)
        #expect(examination.problems.isEmpty)
    }

    @Test("a damaged tail is named with its place")
    func tail() throws {
        let store = try prepared()
        try store.add(.success(1))
        try store.index()
        let length = try #require(SegmentMark.length(of: store.layout.segment(1)))
        try store.damage(segment: 1, with: [1, 2, 3, 4, 5])
        let examination = try StoreExamination(store.layout)
        #expect(examination.damage.map(\.offset) == [length])
        #expect(examination.damage.map(\.bytes) == [5])
        #expect(examination.problems.count == 1)
        #expect(examination.liveExchanges == 1)
    }

    @Test("what a recording proxy is writing is no damage")
    func recording() throws {
        let store = try prepared()
        try store.add(.success(1))
        try store.index()
        try store.damage(segment: 1, with: [1, 2, 3])
        let lock = try StoreLock(store.layout)
        let examination = try StoreExamination(store.layout)
        #expect(examination.isRecording)
        #expect(examination.problems.isEmpty)
        _ = consume lock
    }

    @Test("a masking key that others can read is a problem, and so is a missing one")
    func key() throws {
        let store = try prepared()
        try store.add(.success(1))
        try store.index()
        chmod(store.layout.maskingKey, 0o644)
        #expect(try StoreExamination(store.layout).problems.contains { $0.contains("644") })
        try FileManager.default.removeItem(atPath: store.layout.maskingKey)
        #expect(try StoreExamination(store.layout).problems.contains { $0.contains("no masking key") })
    }

    @Test("a catalog that is missing or damaged is a problem with a remedy")
    func catalog() throws {
        let store = try prepared()
        try store.add(.success(1))
        for _ in 0..<2 {
            let problems = try StoreExamination(store.layout).problems
            #expect(problems.count == 1)
            #expect(problems.first?.contains("inspector doctor --rebuild") == true)
            try Data("garbage".utf8).write(to: URL(fileURLWithPath: store.layout.catalog))
        }
        let indexer = CatalogIndexer(store.layout)
        try indexer.reset()
        try indexer.catchUp()
        #expect(try StoreExamination(store.layout).problems.isEmpty)
    }

    @Test("an empty store is healthy")
    func empty() throws {
        let store = try SampleStore()
        #expect(try StoreExamination(store.layout).problems.isEmpty)
    }

    @Test("a damaged segment that sealing kept is told, and nothing is wrong with the store for it")
    func keptDamaged() throws {
        let store = try prepared()
        let before = try StoreExamination(store.layout).problems
        let path = store.layout.segment(9) + ".damaged"
        try Data([1, 2, 3]).write(to: URL(fileURLWithPath: path))
        let examination = try StoreExamination(store.layout)
        #expect(examination.keptDamaged == [path])
        #expect(examination.problems == before)
        #expect(
            examination.lines(zone: LocalZone { _ in 0 }, style: TextStyle(isColoured: false)).contains {
                $0.hasPrefix("kept") && $0.contains("00000009.segment.damaged")
            }
        )
    }

    @Test("the JSON form has every key")
    func json() throws {
        let store = try prepared()
        try store.add(.success(1))
        try store.damage(segment: 1, with: [9])
        try store.index()
        var json = JSONWriter()
        try StoreExamination(store.layout).write(into: &json)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.bytes)) as? [String: Any])
        #expect(
            Set(object.keys) == [
                "healthy", "version", "sqlite", "zlib", "libarchive", "home", "recording", "masking_key", "segments",
                "segment_bytes", "bundles", "bundle_bytes", "catalog_bytes", "exchanges", "deleted", "damaged",
                "skipped_frames", "gaps", "problems", "kept_damaged",
            ]
        )
        #expect(object["healthy"] as? Bool == false)
        #expect((object["masking_key"] as? [String: Any])?["mode"] as? String == "0600")
        #expect((object["exchanges"] as? [String: Int]) == ["sealed": 0, "live": 1, "indexed": 1, "not_indexed": 0])
        #expect((object["damaged"] as? [[String: Int]])?.first?["bytes"] == 1)
    }

    private func prepared() throws -> SampleStore {
        let store = try SampleStore()
        try Data(repeating: 7, count: 32).write(to: URL(fileURLWithPath: store.layout.maskingKey))
        chmod(store.layout.maskingKey, 0o600)
        return store
    }
}
