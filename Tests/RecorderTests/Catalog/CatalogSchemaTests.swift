import GRDB
import Testing

@testable import Recorder

struct CatalogSchemaTests {
    @Test("a row gives back what it was made of, known or not")
    func roundTrip() throws {
        let store = try CatalogSampleStore()
        let queue = try CatalogFile.open(store.layout.catalog)
        let entries = [Self.full, Self.bare]
        try queue.write { database in
            for entry in entries {
                try CatalogInsertion(database).insert(entry)
            }
        }
        try CatalogReader(path: store.layout.catalog).read { snapshot in
            var read: [CatalogEntry] = []
            try snapshot.forEach(ExchangeQuery(), excluding: CatalogExclusion(), oldestFirst: true) {
                read.append($0)
                return true
            }
            #expect(read == entries)
        }
    }

    @Test("several that open a new catalog at once all get it")
    func openedAtOnce() async throws {
        for _ in 0..<25 {
            let store = try CatalogSampleStore()
            let path = store.layout.catalog
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 { group.addTask { _ = try CatalogFile.open(path) } }
                try await group.waitForAll()
            }
            withExtendedLifetime(store) {}
        }
    }

    @Test("the attempts of an exchange go with its row, whatever takes that away")
    func attemptsGoWithTheirExchange() throws {
        let store = try CatalogSampleStore()
        let queue = try CatalogFile.open(store.layout.catalog)
        func ordinals() throws -> [String] {
            try queue.read {
                try String.fetchAll($0, sql: "SELECT number || '.' || ordinal FROM attempts ORDER BY number, ordinal")
            }
        }
        var other = Self.full
        other.summary.number = 19
        other.summary.id = Self.bare.summary.id
        other.summary.earlierAttempts.append(other.summary.earlierAttempts[0])
        try queue.write { try CatalogInsertion($0).insert(Self.full) }
        try queue.write { try CatalogInsertion($0).insert(Self.full) }
        #expect(try ordinals() == ["17.1"])
        try queue.write { try CatalogInsertion($0).insert(other) }
        #expect(try ordinals() == ["17.1", "19.1", "19.2"])
        // The same id under another number.
        try queue.write { try CatalogInsertion($0).insert(Self.bare) }
        #expect(try ordinals() == ["17.1"])
        try queue.write { try $0.execute(sql: "DELETE FROM exchanges WHERE segment = 3 AND bundle IS NOT NULL") }
        #expect(try ordinals() == [])
    }

    @Test("an exchange with one attempt has no row among the attempts")
    func singleAttempts() throws {
        let store = try CatalogSampleStore()
        let queue = try CatalogFile.open(store.layout.catalog)
        var single = Self.full
        single.summary.attempts = 1
        single.summary.earlierAttempts = []
        try queue.write { try CatalogInsertion($0).insert(single) }
        #expect(try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM attempts") } == 0)
        #expect(try queue.read { try String.fetchOne($0, sql: "SELECT kind FROM exchanges") } == "stream_error")
    }

    @Test("a catalog of schema 1 is brought up to date, and what it should know is indexed again")
    func schema1() throws {
        let store = try CatalogSampleStore()
        try store.add(1...3)
        try CatalogIndexer(store.layout).catchUp()
        let mark = try #require(try CatalogReader(path: store.layout.catalog).read { try $0.marks() }.first)
        CatalogFile.remove(store.layout.catalog)
        // As version 0.1.0 wrote it: this text never changes.
        try DatabaseQueue(path: store.layout.catalog).writeWithoutTransaction { database in
            try database.execute(
                sql: """
                    CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
                    INSERT INTO grdb_migrations VALUES ('1');
                    CREATE TABLE exchanges (
                        number INTEGER PRIMARY KEY, started_at INTEGER NOT NULL, is_error INTEGER NOT NULL,
                        segment INTEGER NOT NULL, frame_offset INTEGER NOT NULL, status INTEGER,
                        attempts INTEGER NOT NULL, duration INTEGER NOT NULL, ttfb INTEGER, longest_gap INTEGER,
                        request_bytes INTEGER NOT NULL, response_bytes INTEGER NOT NULL, tokens_known INTEGER NOT NULL,
                        tokens_input INTEGER, tokens_output INTEGER, tokens_cache_read INTEGER,
                        tokens_cache_write_5m INTEGER, tokens_cache_write_1h INTEGER, cost_picodollars INTEGER,
                        stream INTEGER, model TEXT, account TEXT, session TEXT, user TEXT, client_key TEXT,
                        method TEXT NOT NULL, path TEXT NOT NULL, error_type TEXT, target TEXT, ending TEXT NOT NULL,
                        bundle TEXT, id TEXT NOT NULL
                    ) STRICT;
                    CREATE TABLE segments (
                        number INTEGER PRIMARY KEY, indexed_to INTEGER NOT NULL, last_frame INTEGER NOT NULL,
                        last_head INTEGER NOT NULL
                    ) STRICT;
                    CREATE TABLE gaps (
                        segment INTEGER NOT NULL, frame_offset INTEGER NOT NULL, from_time INTEGER NOT NULL,
                        until_time INTEGER NOT NULL, reason TEXT NOT NULL, exchanges INTEGER NOT NULL,
                        PRIMARY KEY (segment, frame_offset)
                    ) STRICT, WITHOUT ROWID;
                    INSERT INTO segments VALUES (1, \(mark.indexedTo), \(mark.lastFrame), \(mark.lastHead));
                    INSERT INTO exchanges VALUES (
                        17, 1795168800123456, 1, 3, 4711, 429, 2, 812400, 640100, 95000, 142031, 5912, 1, 12, 20, 0,
                        0, NULL, 336000000, 1, 'claude-sonnet-4-5-20250929', 'team-a', 's-1', 'default', 'key-1',
                        'POST', '/v1/messages', 'rate_limit_error', 'anthropic', 'error_event', 'b.tar.zst',
                        '0199f3c2-1d2e-7abc-8def-0123456789ab'
                    );
                    """
            )
        }
        let indexer = CatalogIndexer(store.layout)
        try indexer.catchUp()
        #expect(try store.indexed() == [1, 2, 3])
        _ = try CatalogReader(path: store.layout.catalog)
        // Nothing is left to do, and opening it again empties nothing.
        #expect(try !CatalogIndexer(store.layout).step())
        #expect(try store.indexed() == [1, 2, 3])
    }

    @Test(
        "a list is read in the order of an index, without sorting",
        arguments: [
            (ExchangeQuery(limit: 100), "exchanges_by_start"),
            (ExchangeQuery(limit: 100, errorOnly: true), "exchanges_errors"),
            (ExchangeQuery(limit: 100, session: "s-1"), "exchanges_by_session"),
            (ExchangeQuery(limit: 100, errorOnly: true, model: "sonnet"), "exchanges_errors"),
        ]
    )
    func plan(query: ExchangeQuery, index: String) throws {
        let store = try CatalogSampleStore()
        let queue = try CatalogFile.open(store.layout.catalog)
        try queue.read { database in
            let (sql, arguments) = CatalogSnapshot.selection(query, excluding: CatalogExclusion(), oldestFirst: false)
            let plan = try Row.fetchAll(database, sql: "EXPLAIN QUERY PLAN " + sql, arguments: arguments)
            let text = plan.map { $0["detail"] as String }.joined(separator: "; ")
            #expect(text.contains("USING INDEX \(index)"))
            #expect(!text.contains("TEMP B-TREE"))
        }
    }

    @Test("sums beyond 64 bits are kept, in the catalog as in the program")
    func largeSums() throws {
        let store = try CatalogSampleStore()
        let queue = try CatalogFile.open(store.layout.catalog)
        var expected = SpendSums()
        for (number, cost) in [Int64.max, Int64.max, -5, Int64.min, nil].enumerated() {
            var entry = Self.bare
            entry.summary.number = UInt64(number + 1)
            entry.summary.id = ExchangeID(high: 1, low: UInt64(number))
            entry.summary.costPicodollars = cost
            entry.summary.tokens = TokenUsage(input: Int.max, output: number)
            // The last one, whose price is not known, was a replay.
            entry.summary.replayOf = cost == nil ? "x" : nil
            expected.add(entry.summary)
            try queue.write { try CatalogInsertion($0).insert(entry) }
        }
        let groups = try CatalogReader(path: store.layout.catalog).read { try $0.accountGroups(ExchangeQuery()) }
        let group = try #require(groups.first)
        #expect(groups.count == 1)
        #expect(group.spend == expected)
        #expect(group.spend.usage == TokenUsage(input: Int.max, output: 6))
        // 2 × (2^63 - 1) - 5 - 2^63 = 2^63 - 7.
        #expect(group.spend.costPicodollars == 9_223_372_036_854_775_801)
        #expect(group.replays == 1)
    }

    @Test("a success that says nothing of its tokens has an unknown cost where answers cost something")
    func unknownTokens() throws {
        let store = try CatalogSampleStore()
        let queue = try CatalogFile.open(store.layout.catalog)
        let paths = [
            "/v1/messages", "/model/m/invoke", "/model/m/invoke-with-response-stream", "/v1/messages/count_tokens",
            "/v1/models", "/V1/MESSAGES", "messages",
        ]
        var expected = SpendSums()
        for (number, path) in paths.enumerated() {
            for kind in [AttemptKind.success, .throttle] {
                var entry = Self.bare
                entry.summary.number = UInt64(2 * number + (kind == .success ? 1 : 2))
                entry.summary.id = ExchangeID(high: 2, low: entry.summary.number)
                entry.summary.path = path
                entry.summary.kind = kind
                expected.add(entry.summary)
                try queue.write { try CatalogInsertion($0).insert(entry) }
            }
        }
        let groups = try CatalogReader(path: store.layout.catalog).read { try $0.accountGroups(ExchangeQuery()) }
        #expect(groups.map(\.kind) == [.success, .throttle])
        #expect(groups.map(\.spend.unpriced) == [3, 0])
        #expect(expected.unpriced == 3)
        #expect(groups.first?.spend == expected)
    }

    private static var full: CatalogEntry {
        var summary = ExchangeSummary(
            id: ExchangeID(high: 0x0199_F3C2_1D2E_7ABC, low: 0x8DEF_0123_4567_89AB),
            number: 17,
            startedAt: Timestamp(microseconds: 1_795_168_800_123_456),
            method: "POST",
            path: "/v1/messages",
            attempts: 2,
            duration: 812_400,
            ending: .errorEvent,
            requestBytes: 142_031,
            responseBytes: 5912
        )
        summary.session = "s-1"
        summary.user = "default"
        summary.clientKey = "key-1"
        summary.model = "claude-sonnet-4-5-20250929"
        summary.stream = true
        summary.status = 429
        summary.errorType = "rate_limit_error"
        summary.target = "anthropic"
        summary.account = "team-a"
        summary.tokens = TokenUsage(input: 12, output: 20, cacheRead: 0, cacheWrite5m: 0)
        summary.costPicodollars = 336_000_000
        summary.timeToFirstByte = 640_100
        summary.longestGap = 95_000
        summary.bundle = "b.tar.zst"
        summary.kind = .streamError
        summary.earlierAttempts = [
            AttemptSummary(target: "anthropic", account: "team-b", kind: .accountQuota, status: 429, duration: 4000)
        ]
        return CatalogEntry(summary: summary, location: FrameLocation(segment: 3, offset: 4711))
    }

    private static var bare: CatalogEntry {
        let summary = ExchangeSummary(
            id: ExchangeID(high: 0x0199_F3C2_1D2F_7000, low: 0x8000_0000_0000_0001),
            number: 18,
            startedAt: Timestamp(microseconds: 1_795_168_900_000_000),
            method: "GET",
            path: "/v1/models"
        )
        return CatalogEntry(summary: summary, location: FrameLocation(segment: 3, offset: 9000))
    }
}

extension DatabaseQueue {
    func inDatabase(_ sql: String) throws {
        try write { try $0.execute(sql: sql) }
    }
}
