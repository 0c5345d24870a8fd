import Foundation
import Recorder
import TestSupport
import Testing

@testable import Inspector

struct ExchangeStoreTests {
    @Test("an empty store gives nothing, with and without a catalog")
    func empty() throws {
        let store = try SampleStore()
        #expect(try store.open().list(ExchangeQuery()).isEmpty)
        try store.index()
        #expect(try store.open().list(ExchangeQuery(limit: 100)).isEmpty)
        #expect(try store.open().find(.address(ExchangeAddress(exchange: 1))) == nil)
    }

    @Test("a store that is not there is named")
    func missing() {
        #expect { try ExchangeStore(StoreLayout(home: "/nonexistent/store")) } throws: {
            ($0 as? StoreError)?.code == .notFound && "\($0)".contains("/nonexistent/store")
        }
    }

    @Test("exchanges come in the order of their start, not of finishing, and the limit counts the newest")
    func order() throws {
        let store = try SampleStore()
        var late = SampleExchange.success(1)
        late.startedAt = late.startedAt.advanced(byMicroseconds: 10_000_000)
        try store.add([.success(3), .success(2)])
        try store.index()
        try store.add([late, .success(4)])
        let opened = try store.open()
        #expect(try opened.list(ExchangeQuery()).map(\.number) == [2, 3, 4, 1])
        #expect(try opened.list(ExchangeQuery(limit: 2)).map(\.number) == [4, 1])
        #expect(try opened.list(ExchangeQuery(limit: 3)).map(\.number) == [3, 4, 1])
    }

    @Test("conditions apply before the limit")
    func conditionsFirst() throws {
        let store = try SampleStore()
        try store.add([.error(1), .success(2), .cancelledBeforeHead(3), .success(4), .truncation(5), .success(6)])
        let opened = try store.open()
        #expect(try opened.list(ExchangeQuery(limit: 2, errorOnly: true)).map(\.number) == [3, 5])
        try store.index()
        #expect(try opened.list(ExchangeQuery(limit: 2, errorOnly: true)).map(\.number) == [3, 5])
    }

    @Test("the catalog and the segments give the same answer to every query, and so does a mixture of both")
    func sameAnswers() throws {
        var generator = SeededGenerator(seed: 3)
        let forms = (1...80).map { Self.randomExchange(UInt64($0), &generator) }
        let scanned = try SampleStore()
        let indexed = try SampleStore()
        let mixed = try SampleStore()
        try scanned.add(forms)
        try indexed.add(forms)
        try indexed.index()
        try mixed.add(Array(forms.prefix(30)))
        try mixed.index()
        try mixed.add(Array(forms[30..<50]))
        try mixed.beginSegment(2)
        try mixed.add(Array(forms[50...]))
        let stores = try [scanned.open(), indexed.open(), mixed.open()]
        var answers = 0
        for _ in 0..<120 {
            let query = Self.randomQuery(&generator)
            let lists = try stores.map { try $0.list(query) }
            #expect(lists[1] == lists[0])
            #expect(lists[2] == lists[0])
            let all = try scanned.open().list(ExchangeQuery()).filter { query.matches($0) }
            #expect(lists[0] == Array(all.suffix(query.limit ?? all.count)))
            answers += lists[0].count
        }
        #expect(answers > 300)
    }

    @Test("an account is that of the last attempt: in segments, in the catalog, in a bundle and in an import of it")
    func account() throws {
        var other = SampleExchange.success(3)
        other.attempts[0].account = "team-a"
        let bench = try BundleBench([.failover(1), .allOut(2), other])
        _ = try bench.export("all.zip")
        let target = try BundleBench([])
        _ = try BundleImport(target.store.layout).run([bench.path("all.zip")], created: BundleBench.created)
        let indexed = try SampleStore()
        try indexed.add([.failover(1), .allOut(2), other])
        try indexed.index()
        let sources: [any ExchangeSource] = [
            try bench.store.open(), try indexed.open(), try Sources.open([bench.path("all.zip")]),
            try target.store.open(),
        ]
        for source in sources {
            #expect(try source.rows(ExchangeQuery(account: "team-a")).map(\.number) == [3])
            #expect(try source.rows(ExchangeQuery(account: "team-b")).map(\.number) == [1, 2])
            let rows = try source.rows(ExchangeQuery())
            #expect(rows.map(\.attempts) == [2, 2, 1])
            #expect(rows.map(\.kind) == [.success, .throttle, .success])
            let first = AttemptSummary(
                target: "anthropic",
                account: "team-a",
                kind: .accountQuota,
                status: 429,
                duration: 200_000
            )
            #expect(rows.map(\.earlierAttempts) == [[first], [first], []])
        }
    }

    @Test("a catalog that cannot be used is told about and does not stop reading")
    func damagedCatalog() throws {
        let store = try SampleStore()
        try store.add([.success(1), .error(2)])
        try Data(repeating: 0x5A, count: 9000).write(to: URL(fileURLWithPath: store.layout.catalog))
        var notices: [String] = []
        let opened = try ExchangeStore(store.layout) { notices.append($0) }
        #expect(try opened.list(ExchangeQuery(limit: 10)).map(\.number) == [1, 2])
        #expect(notices.count == 1)
        #expect(notices.first?.contains(store.layout.catalog) == true)
        try store.index()
        #expect(try opened.list(ExchangeQuery(limit: 10)).map(\.number) == [1, 2])
        #expect(notices.count == 1)
    }

    @Test("rows of a segment that is gone, or is another file now, are not shown")
    func replacedSegment() throws {
        let store = try SampleStore()
        try store.add([.success(1), .success(2)])
        try store.index()
        try FileManager.default.removeItem(atPath: store.layout.segment(1))
        #expect(try store.open().list(ExchangeQuery()).isEmpty)
        try store.beginSegment(1)
        try store.add([.error(7), .error(8), .error(9), .error(10)])
        #expect(try store.open().list(ExchangeQuery()).map(\.number) == [7, 8, 9, 10])
        try store.index()
        #expect(try store.open().list(ExchangeQuery(limit: 9)).map(\.number) == [7, 8, 9, 10])
    }

    @Test("a tail that a crash cut off hides nothing before it", arguments: [1, 8, 9, 200])
    func tail(length: Int) throws {
        let store = try SampleStore()
        try store.add([.success(1), .success(2)])
        try store.damage(segment: 1, with: Array(repeating: 0x21, count: length))
        #expect(try store.open().list(ExchangeQuery()).map(\.number) == [1, 2])
        try store.index()
        #expect(try store.open().list(ExchangeQuery()).map(\.number) == [1, 2])
    }

    @Test("a file that is no segment does not hide the others")
    func foreignFile() throws {
        let store = try SampleStore()
        try store.add(.success(1))
        try Data("not a segment".utf8).write(to: URL(fileURLWithPath: store.layout.segment(2)))
        var notices: [String] = []
        let opened = try ExchangeStore(store.layout) { notices.append($0) }
        #expect(try opened.list(ExchangeQuery()).map(\.number) == [1])
        #expect(notices.contains { $0.contains(store.layout.segment(2)) })
    }

    // MARK: - Finding one

    @Test("an exchange is found by address, id and the beginning of its id, indexed or not", arguments: [false, true])
    func find(isIndexed: Bool) throws {
        let store = try SampleStore()
        try store.add([.success(1), .failover(2), .error(3)])
        if isIndexed { try store.index() }
        let opened = try store.open()
        let id = SampleExchange.failover(2).id.description
        for text in ["x2", "x2.1", id, id.uppercased(), String(id.prefix(18)), id.filter { $0 != "-" }] {
            let selector = try #require(ExchangeSelector(text), "\(text)")
            let found = try opened.find(selector)
            #expect(found?.exchange.number == 2, "\(text)")
            #expect(found?.exchange.attempts.count == 2)
        }
        for text in ["x4", "ffffff"] {
            let selector = try #require(ExchangeSelector(text))
            #expect(try opened.find(selector) == nil)
        }
    }

    @Test("the beginning of several ids is refused with their addresses")
    func ambiguous() throws {
        let store = try SampleStore()
        try store.add([.success(1), .success(2)])
        let start = String(SampleExchange.success(1).id.description.prefix(8))
        for _ in 0..<2 {
            let selector = try #require(ExchangeSelector(start))
            #expect { try store.open().find(selector) } throws: {
                ($0 as? InspectorError)?.code == .ambiguous && "\($0)".contains("x1 (") && "\($0)".contains("x2 (")
            }
            try store.index()
        }
    }

    @Test("bodies come back byte for byte, and one that was omitted says why")
    func bodies() throws {
        let store = try SampleStore()
        try store.add([.error(1), .omittedBody(2)])
        let opened = try store.open()
        let error = try #require(try opened.find(.address(ExchangeAddress(exchange: 1))))
        let response = try #require(error.exchange.response)
        let body = try error.body(response.body)
        #expect(
            String(decoding: body, as: UTF8.self)
                == #"{"type":"error","error":{"type":"rate_limit_error","message":"slow down"}}"#
        )
        let omitted = try #require(try opened.find(.address(ExchangeAddress(exchange: 2))))
        let record = try #require(omitted.exchange.response).body
        #expect { try omitted.body(record) } throws: {
            ($0 as? StoreError)?.code == .notRecorded && "\($0)".contains("content-encoding br")
        }
    }

    // MARK: - Following

    @Test("what finishes later is given once, in the order of finishing, over segments and indexing")
    func follow() throws {
        let store = try SampleStore()
        try store.add([.success(1), .success(2)])
        let opened = try store.open()
        var seen: [UInt64] = []
        var position = StorePosition()
        try opened.forEach(ExchangeQuery(limit: 1), endingAt: &position) { seen.append($0.number) }
        #expect(seen == [2])
        func poll(_ query: ExchangeQuery = ExchangeQuery()) throws {
            try opened.forEachFinished(since: &position, query) { seen.append($0.number) }
        }
        try poll()
        try store.add([.success(4), .success(3)])
        try store.index()
        try poll()
        #expect(seen == [2, 4, 3])
        try store.beginSegment(2)
        try poll()
        try store.add([.error(5), .success(6)])
        try poll(ExchangeQuery(errorOnly: true))
        try poll()
        #expect(seen == [2, 4, 3, 5])
    }

    @Test("a frame that is only partly written is given when it is whole")
    func followPartialFrame() throws {
        let store = try SampleStore()
        try store.add(.success(1))
        let path = store.layout.segment(1)
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        let opened = try store.open()
        for cut in stride(from: 0, to: whole.count, by: 7) {
            try whole.prefix(cut).write(to: URL(fileURLWithPath: path))
            var seen: [UInt64] = []
            var position = StorePosition()
            try opened.forEach(ExchangeQuery(), endingAt: &position) { seen.append($0.number) }
            #expect(seen.isEmpty)
            try whole.write(to: URL(fileURLWithPath: path))
            try opened.forEachFinished(since: &position, ExchangeQuery()) { seen.append($0.number) }
            #expect(seen == [1])
        }
    }

    @Test("following begins behind what the catalog gave")
    func followIndexed() throws {
        let store = try SampleStore()
        try store.add([.success(1), .success(2)])
        try store.index()
        let opened = try store.open()
        var seen: [UInt64] = []
        var position = StorePosition()
        try opened.forEach(ExchangeQuery(), endingAt: &position) { seen.append($0.number) }
        try opened.forEachFinished(since: &position, ExchangeQuery()) { seen.append($0.number) }
        #expect(seen == [1, 2])
    }

    // MARK: - Samples

    private static func randomExchange(_ number: UInt64, _ generator: inout SeededGenerator) -> SampleExchange {
        let makers: [(UInt64) -> SampleExchange] = [
            SampleExchange.success, SampleExchange.stream, SampleExchange.failover, SampleExchange.error,
            SampleExchange.cancelledBeforeHead, SampleExchange.networkFailure, SampleExchange.truncation,
        ]
        var exchange = makers[Int.random(in: 0..<makers.count, using: &generator)](number)
        exchange.startedAt = exchange.startedAt.advanced(
            byMicroseconds: Int64.random(in: -3...3, using: &generator) * 1_000_000
        )
        exchange.session = [nil, "s-1", "s-2", "cafe\u{301}", "caf\u{e9}"].randomElement(using: &generator) ?? nil
        exchange.model = [nil, "claude-opus-4-1-20250805", "claude-Haiku-4-5"].randomElement(using: &generator) ?? nil
        for index in exchange.attempts.indices where Bool.random(using: &generator) {
            exchange.attempts[index].account = Bool.random(using: &generator) ? "team-a" : "Team-a"
        }
        return exchange
    }

    private static func randomQuery(_ generator: inout SeededGenerator) -> ExchangeQuery {
        var query = ExchangeQuery()
        func chance() -> Bool { Int.random(in: 0..<4, using: &generator) == 0 }
        if chance() { query.errorOnly = true }
        if !chance() { query.limit = Int.random(in: 1...90, using: &generator) }
        let models = ["sonnet", "HAIKU", "claude-", "opus-4-1-20250805", "%", "_"]
        if chance() { query.model = models.randomElement(using: &generator) }
        if chance() { query.session = ["s-1", "cafe\u{301}", "S-1", ""].randomElement(using: &generator) }
        if chance() { query.account = ["team-a", "Team-a", "team"].randomElement(using: &generator) }
        if chance() { query.since = time(&generator) }
        if chance() { query.until = time(&generator) }
        return query
    }

    private static func time(_ generator: inout SeededGenerator) -> Timestamp {
        Timestamp(microseconds: SampleExchange.tenOClock + Int64.random(in: -5...90, using: &generator) * 1_000_000)
    }
}
