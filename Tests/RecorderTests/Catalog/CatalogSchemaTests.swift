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
                try database.execute(sql: CatalogEntry.insertion, arguments: StatementArguments(entry.values))
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

    @Test("a catalog of schema 1 is brought up to date and keeps its rows")
    func schema1() throws {
        let store = try CatalogSampleStore()
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
                    INSERT INTO exchanges VALUES (
                        17, 1795168800123456, 1, 3, 4711, 429, 2, 812400, 640100, 95000, 142031, 5912, 1, 12, 20, 0,
                        0, NULL, 336000000, 1, 'claude-sonnet-4-5-20250929', 'team-a', 's-1', 'default', 'key-1',
                        'POST', '/v1/messages', 'rate_limit_error', 'anthropic', 'error_event', 'b.tar.zst',
                        '0199f3c2-1d2e-7abc-8def-0123456789ab'
                    );
                    """
            )
        }
        _ = try CatalogFile.open(store.layout.catalog)
        let found = try CatalogReader(path: store.layout.catalog).read {
            try $0.find(.address(ExchangeAddress(exchange: 17)), excluding: CatalogExclusion())
        }
        #expect(found == [Self.full])
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
