import Foundation
import Synchronization
import Testing

@testable import Recorder

@Suite("Following the catalog")
struct CatalogFollowerTests {
    private final class Told: Sendable {
        let numbers = Mutex<[UInt64]>([])
        var all: [UInt64] { numbers.withLock { $0 } }
    }

    @Test("each new exchange is told once, also when it is indexed again")
    func once() throws {
        let store = try CatalogSampleStore()
        try store.add(1...3)
        let told = Told()
        let follower = CatalogFollower(after: 2) { summary in
            told.numbers.withLock { $0.append(summary.number) }
        }
        let indexer = CatalogIndexer(store.layout, follower: follower)
        try indexer.catchUp()
        #expect(told.all == [3])
        try store.beginSegment(2)
        try store.add(4...6)
        while try indexer.step(limit: 2) {}
        #expect(told.all == [3, 4, 5, 6])
        try indexer.reset()
        try indexer.catchUp()
        #expect(try store.indexed() == [1, 2, 3, 4, 5, 6])
        #expect(told.all == [3, 4, 5, 6])
    }

    @Test("the tokens of a client key since an instant are all kinds together")
    func sums() throws {
        let store = try CatalogSampleStore()
        try CatalogIndexer(store.layout).catchUp()
        func read<Value>(_ body: (CatalogSnapshot) throws -> Value) throws -> Value {
            try CatalogReader(path: store.layout.catalog).read(body)
        }
        #expect(try read { try $0.lastNumber() } == 0)
        #expect(try read { try $0.tokensByClientKey(since: Timestamp(microseconds: 0)) } == [:])
        try store.add(1...6)
        try CatalogIndexer(store.layout).catchUp()
        let queue = try CatalogFile.open(store.layout.catalog)
        try queue.inDatabase("UPDATE exchanges SET tokens_known = 1, tokens_input = 1, tokens_output = 10")
        try queue.inDatabase("UPDATE exchanges SET client_key = 'a' WHERE number IN (1, 2, 3)")
        try queue.inDatabase("UPDATE exchanges SET client_key = 'b' WHERE number = 4")
        try queue.inDatabase(
            """
            UPDATE exchanges SET tokens_cache_read = 100, tokens_cache_write_5m = 1000, tokens_cache_write_1h = 10000
            WHERE number = 3
            """
        )
        try queue.inDatabase("UPDATE exchanges SET tokens_known = 0 WHERE number = 1")
        // Number n began n seconds after this.
        let start: Int64 = 1_795_168_800_000_000
        #expect(try read { try $0.lastNumber() } == 6)
        #expect(
            try read { try $0.tokensByClientKey(since: Timestamp(microseconds: start)) } == ["a": 11 + 11_111, "b": 11]
        )
        #expect(
            try read { try $0.tokensByClientKey(since: Timestamp(microseconds: start + 3_000_000)) }
                == ["a": 11_111, "b": 11]
        )
    }

    @Test("tokens of all kinds together are what is known of them")
    func total() {
        #expect(TokenUsage().total == 0)
        #expect(TokenUsage(input: 1, output: 10).total == 11)
        #expect(
            TokenUsage(input: 1, output: 10, cacheRead: 100, cacheWrite5m: 1000, cacheWrite1h: 10_000).total == 11_111
        )
        #expect(TokenUsage(input: .max, output: 1).total == .max)
    }
}
