import Foundation
import Testing

@testable import Recorder

struct CatalogIndexerTests {
    @Test("a step indexes up to its limit and says whether another is due")
    func steps() throws {
        let store = try CatalogSampleStore()
        try store.add(1...10)
        let indexer = CatalogIndexer(store.layout)
        #expect(try indexer.step(limit: 4))
        #expect(try store.indexed() == [1, 2, 3, 4])
        #expect(try indexer.step(limit: 4))
        #expect(try !indexer.step(limit: 4))
        #expect(try store.indexed() == (1...10).map { UInt64($0) })
        #expect(try !indexer.step(limit: 4))
        #expect(try store.indexed().count == 10)
    }

    @Test("what is appended later, also to new segments, is indexed later")
    func later() throws {
        let store = try CatalogSampleStore()
        let indexer = CatalogIndexer(store.layout)
        #expect(try !indexer.step())
        for segment in 1...3 {
            try store.beginSegment(segment)
            try store.add((segment * 10)..<(segment * 10 + 5))
            try indexer.catchUp()
        }
        #expect(try store.indexed() == [10, 11, 12, 13, 14, 20, 21, 22, 23, 24, 30, 31, 32, 33, 34])
    }

    @Test("two indexers that take turns index everything once")
    func twoIndexers() throws {
        let store = try CatalogSampleStore()
        let first = CatalogIndexer(store.layout)
        let second = CatalogIndexer(store.layout)
        for start in stride(from: 1, to: 60, by: 6) {
            try store.add(start..<(start + 6))
            _ = try first.step(limit: 2)
            _ = try second.step(limit: 3)
            _ = try first.step(limit: 2)
        }
        try second.catchUp()
        #expect(try store.indexed() == (1...60).map { UInt64($0) })
    }

    @Test("indexers on several threads index everything once")
    func concurrentIndexers() async throws {
        let store = try CatalogSampleStore()
        try store.add(1...300)
        let layout = store.layout
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 { group.addTask { while try CatalogIndexer(layout).step(limit: 20) {} } }
            try await group.waitForAll()
        }
        #expect(try store.indexed() == (1...300).map { UInt64($0) })
    }

    @Test("the catalog and its companions can be read by their owner only")
    func modes() throws {
        let store = try CatalogSampleStore()
        try store.add(1...3)
        let old = umask(0)
        defer { umask(old) }
        let indexer = CatalogIndexer(store.layout)
        try indexer.catchUp()
        for suffix in ["", "-wal", "-shm"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: store.layout.catalog + suffix)
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(suffix)")
        }
        withExtendedLifetime(indexer) {}
    }

    @Test("rows of a segment that is gone are removed, sealed ones are kept")
    func gone() throws {
        let store = try CatalogSampleStore()
        try store.add(1...3)
        try store.beginSegment(2)
        try store.add(4...6)
        let indexer = CatalogIndexer(store.layout)
        try indexer.catchUp()
        try CatalogFile.open(store.layout.catalog).inDatabase(
            "UPDATE exchanges SET bundle = 'b.tar.zst' WHERE number = 2"
        )
        try FileManager.default.removeItem(atPath: store.layout.segment(1))
        try indexer.catchUp()
        #expect(try store.indexed() == [2, 4, 5, 6])
    }

    @Test("another file under the name of an indexed segment is indexed anew")
    func replaced() throws {
        let store = try CatalogSampleStore()
        try store.add(1...3)
        let indexer = CatalogIndexer(store.layout)
        try indexer.catchUp()
        try FileManager.default.removeItem(atPath: store.layout.segment(1))
        try store.beginSegment(1)
        try store.add(7...12)
        try indexer.catchUp()
        #expect(try store.indexed() == [7, 8, 9, 10, 11, 12])
    }

    @Test("a damaged catalog is replaced", arguments: [1, 100, 20_000])
    func damaged(length: Int) throws {
        let store = try CatalogSampleStore()
        try store.add(1...5)
        try Data(repeating: 0x5A, count: length).write(to: URL(fileURLWithPath: store.layout.catalog))
        try CatalogIndexer(store.layout).catchUp()
        #expect(try store.indexed() == [1, 2, 3, 4, 5])
    }

    @Test("a catalog that is damaged or deleted under an indexer is built again")
    func damagedWhileOpen() throws {
        let store = try CatalogSampleStore()
        try store.add(1...5)
        let indexer = CatalogIndexer(store.layout)
        try indexer.catchUp()
        CatalogFile.remove(store.layout.catalog)
        try indexer.catchUp()
        #expect(try store.indexed() == [1, 2, 3, 4, 5])
        CatalogFile.remove(store.layout.catalog)
        try Data(repeating: 0x5A, count: 9000).write(to: URL(fileURLWithPath: store.layout.catalog))
        try store.add(6...7)
        try indexer.catchUp()
        #expect(try store.indexed() == [1, 2, 3, 4, 5, 6, 7])
    }

    @Test("a reset empties the file in place, so that another indexer goes on with it")
    func reset() throws {
        let store = try CatalogSampleStore()
        try store.add(1...5)
        let running = CatalogIndexer(store.layout)
        try running.catchUp()
        let identity = CatalogFile.identity(store.layout.catalog)
        try CatalogIndexer(store.layout).reset()
        #expect(try store.indexed().isEmpty)
        #expect(CatalogFile.identity(store.layout.catalog) == identity)
        try store.add(6...6)
        try running.catchUp()
        #expect(try store.indexed() == [1, 2, 3, 4, 5, 6])
    }

    @Test("a reset replaces a catalog whose tables somebody changed")
    func resetOfForeignTables() throws {
        let store = try CatalogSampleStore()
        try store.add(1...3)
        let indexer = CatalogIndexer(store.layout)
        try indexer.catchUp()
        try CatalogFile.open(store.layout.catalog).inDatabase("ALTER TABLE exchanges DROP COLUMN client_key")
        try indexer.reset()
        try indexer.catchUp()
        #expect(try store.indexed() == [1, 2, 3])
    }

    @Test("losses are kept with their times")
    func gaps() throws {
        let store = try CatalogSampleStore()
        try store.add(1...2)
        let gap = RecordingGap(
            from: Timestamp(microseconds: 5),
            until: Timestamp(microseconds: 9),
            reason: "overload",
            exchanges: 7
        )
        try store.add(gap)
        let indexer = CatalogIndexer(store.layout)
        try indexer.catchUp()
        try indexer.catchUp()
        #expect(try CatalogReader(path: store.layout.catalog).read { try $0.gaps() } == [gap])
    }

    @Test("a frame that cannot be understood does not stop the others")
    func strangeFrame() throws {
        let store = try CatalogSampleStore()
        try store.add(1...2)
        try store.addFrame(.exchange, [0xFF, 0xFF, 0xFF])
        try store.add(3...4)
        let indexer = CatalogIndexer(store.layout)
        try indexer.catchUp()
        #expect(try store.indexed() == [1, 2, 3, 4])
        #expect(try !indexer.step())
    }

    @Test("a catalog of a newer program is left alone, and can be replaced on request")
    func newer() throws {
        let store = try CatalogSampleStore()
        try store.add(1...2)
        let indexer = CatalogIndexer(store.layout)
        try indexer.catchUp()
        try CatalogFile.open(store.layout.catalog).inDatabase("INSERT INTO grdb_migrations VALUES ('99')")
        #expect { try CatalogReader(path: store.layout.catalog) } throws: { ($0 as? StoreError)?.code == .unsupported }
        let other = CatalogIndexer(store.layout)
        #expect { try other.step() } throws: { ($0 as? StoreError)?.code == .unsupported }
        try other.reset()
        try other.catchUp()
        #expect(try store.indexed() == [1, 2])
    }

    @Test("a catalog whose folder is not there is named")
    func unwritable() throws {
        let store = try CatalogSampleStore()
        let path = store.layout.home + "/nowhere/catalog.sqlite"
        #expect { try CatalogIndexer(store.layout, path: path).step() } throws: { "\($0)".contains(path) }
    }
}
