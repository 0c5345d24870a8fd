import Foundation
import Recorder
import TestSupport
import Testing

@testable import Inspector

@Suite(.timeLimit(.minutes(5)))
struct AccountStatisticsTests {
    private static func text(_ statistics: AccountStatistics) -> String {
        var json = JSONWriter()
        statistics.write(into: &json)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    private static func success(_ number: UInt64, _ account: String, model: String? = nil) -> SampleExchange {
        var form = SampleExchange.success(number)
        let known = "claude-sonnet-4-5-20250929"
        if let model, case .text(let body)? = form.response?.body {
            form.response?.body = .text(body.replacingOccurrences(of: known, with: model))
            form.attempts[0].response = form.response
        }
        form.attempts[0].account = account
        return form
    }

    /// Every kind of row: see the expectations.
    private static var forms: [SampleExchange] {
        var noAttempt = SampleExchange.error(7)
        noAttempt.attempts = []
        var replay = success(8, "team-b")
        replay.replayOf = "x1"
        // An answer that nobody could look into.
        var opaque = SampleExchange.omittedBody(10)
        opaque.attempts[0].account = "team-c"
        return [
            success(1, "team-b"), .failover(2), .allOut(3), .error(4), .cancelledBeforeHead(5), .networkFailure(6),
            noAttempt, replay, success(9, "team-a", model: "mystery-1"), opaque,
        ]
    }

    private static let expected =
        #"{"target":"anthropic","account":"team-b","exchanges":4,"client_errors":1,"replays":1,"attempts":4,"#
        + #""successes":3,"limits":1,"overloaded":0,"errors":0,"by_client":0,"kinds":{"success":3,"throttle":1},"#
        + #""tokens":{"input":24,"output":40,"cache_read":null,"cache_write_5m":null,"cache_write_1h":null},"#
        + #""cost_usd":0.000672,"unpriced":0,"last_used":"2026-11-20T10:00:08.000000Z"}"# + "\n"
        + #"{"target":"anthropic","account":"team-a","exchanges":1,"client_errors":0,"replays":0,"attempts":3,"#
        + #""successes":1,"limits":2,"overloaded":0,"errors":0,"by_client":0,"#
        + #""kinds":{"success":1,"account_quota":2},"#
        + #""tokens":{"input":12,"output":20,"cache_read":null,"cache_write_5m":null,"cache_write_1h":null},"#
        + #""cost_usd":null,"unpriced":1,"last_used":"2026-11-20T10:00:09.000000Z"}"# + "\n"
        + #"{"target":"anthropic","account":null,"exchanges":3,"client_errors":3,"replays":0,"attempts":3,"#
        + #""successes":0,"limits":1,"overloaded":0,"errors":1,"by_client":1,"#
        + #""kinds":{"throttle":1,"network":1,"client_cancelled":1},"tokens":null,"cost_usd":0,"unpriced":0,"#
        + #""last_used":"2026-11-20T10:00:06.000000Z"}"# + "\n"
        + #"{"target":"anthropic","account":"team-c","exchanges":1,"client_errors":0,"replays":0,"attempts":1,"#
        + #""successes":1,"limits":0,"overloaded":0,"errors":0,"by_client":0,"kinds":{"success":1},"tokens":null,"#
        + #""cost_usd":null,"unpriced":1,"last_used":"2026-11-20T10:00:10.000000Z"}"# + "\n"
        + #"{"target":null,"account":null,"exchanges":1,"client_errors":1,"replays":0,"attempts":0,"successes":0,"#
        + #""limits":0,"overloaded":0,"errors":0,"by_client":0,"kinds":{},"tokens":null,"cost_usd":0,"unpriced":0,"#
        + #""last_used":"2026-11-20T10:00:07.000000Z"}"# + "\n"

    /// The same exchanges in segments, in the catalog, in both, in a bundle, and in a bundle within a store.
    private static func sources(_ forms: [SampleExchange]) throws -> (sources: [any ExchangeSource], kept: [Any]) {
        let bench = try BundleBench(forms)
        _ = try bench.export("all.zip")
        let indexed = try SampleStore()
        try indexed.add(forms)
        try indexed.index()
        let mixed = try SampleStore()
        try mixed.add(Array(forms.prefix(forms.count / 3)))
        try mixed.index()
        try mixed.add(Array(forms[(forms.count / 3)..<(forms.count / 2)]))
        try mixed.beginSegment(2)
        try mixed.add(Array(forms[(forms.count / 2)...]))
        let target = try BundleBench([])
        _ = try BundleImport(target.store.layout).run([bench.path("all.zip")], created: BundleBench.created)
        return (
            [
                try bench.store.open(), try indexed.open(), try mixed.open(),
                try Sources.open([bench.path("all.zip")]), try target.store.open(),
            ],
            [bench, indexed, mixed, target]
        )
    }

    @Test("exchanges, attempts, tokens and costs are counted by account, wherever they lie")
    func counts() throws {
        let (sources, kept) = try Self.sources(Self.forms)
        for source in sources {
            // A limit is for lists.
            #expect(Self.text(try source.accountStatistics(ExchangeQuery(limit: 2))) == Self.expected)
        }
        withExtendedLifetime(kept) {}
    }

    @Test("a rebuilt catalog counts the same, and one without its exchanges nothing")
    func rebuilt() throws {
        let store = try SampleStore()
        try store.add(Self.forms)
        try store.index()
        let indexer = CatalogIndexer(store.layout)
        try indexer.reset()
        try indexer.catchUp()
        #expect(Self.text(try store.open().accountStatistics(ExchangeQuery())) == Self.expected)
        try FileManager.default.removeItem(atPath: store.layout.segment(1))
        #expect(try store.open().accountStatistics(ExchangeQuery()).accounts.isEmpty)
        try indexer.catchUp()
        #expect(try store.open().accountStatistics(ExchangeQuery()).accounts.isEmpty)
    }

    @Test("the table says what is unknown, and leaves columns out where there is no room")
    func table() throws {
        let store = try SampleStore()
        try store.add(Self.forms)
        let statistics = try store.open().accountStatistics(ExchangeQuery())
        func lines(_ width: Int?) -> [String] {
            statistics.lines(width: width, zone: LocalZone { _ in 0 }, style: TextStyle(isColoured: false))
        }
        #expect(
            lines(nil) == [
                "ACCOUNT       TARGET     EXCHANGES  FAILED  ATTEMPTS  OK  LIMITED  OVERLOADED  ERRORS  CLIENT  IN  OUT"
                    + "       COST  REPLAYS  LAST USED",
                "team-b        anthropic          4       1         4   3        1           0       0       0  24   40"
                    + "  $0.000672        1  2026-11-20 10:00:08",
                "team-a        anthropic          1       0         3   1        2           0       0       0  12   20"
                    + "  1 unknown        0  2026-11-20 10:00:09",
                "anthropic     anthropic          3       3         3   0        1           0       1       1   -    -"
                    + "         $0        0  2026-11-20 10:00:06",
                "team-c        anthropic          1       0         1   1        0           0       0       0   -    -"
                    + "  1 unknown        0  2026-11-20 10:00:10",
                "(no attempt)  -                  1       1         0   0        0           0       0       0   -    -"
                    + "         $0        0  2026-11-20 10:00:07",
            ]
        )
        #expect(
            lines(90).first
                == "ACCOUNT       EXCHANGES  FAILED  ATTEMPTS  OK  LIMITED  ERRORS  IN  OUT       COST  REPLAYS"
        )
    }

    // MARK: - Random exchanges

    /// An account's counts, made from the descriptions of the exchanges.
    private struct Tally: Equatable {
        var exchanges = 0
        var errors = 0
        var replays = 0
        var kinds: [AttemptKind: Int] = [:]
        var output = 0
    }

    @Test("what the catalog counts is what a scan counts, and what was put in")
    func sameCounts() throws {
        var generator = SeededGenerator(seed: 41)
        let forms = (1...90).map { Self.random(UInt64($0), &generator) }
        let (sources, kept) = try Self.sources(forms)
        var accounts = 0
        for _ in 0..<60 {
            let query = Self.randomQuery(&generator)
            let expected = Self.tallies(forms, query)
            for source in sources {
                let statistics = try source.accountStatistics(query)
                #expect(Self.text(statistics) == Self.text(try sources[0].accountStatistics(query)))
                var found: [[UInt8]?: Tally] = [:]
                for usage in statistics.accounts {
                    found[usage.account.map { Array($0.utf8) }] = Tally(
                        exchanges: usage.exchanges,
                        errors: usage.clientErrors,
                        replays: usage.replays,
                        kinds: usage.kinds,
                        output: usage.spend.usage?.output ?? 0
                    )
                }
                #expect(found == expected)
            }
            accounts += expected.count
        }
        #expect(accounts > 150)
        withExtendedLifetime(kept) {}
    }

    private static func tallies(_ forms: [SampleExchange], _ query: ExchangeQuery) -> [[UInt8]?: Tally] {
        var tallies: [[UInt8]?: Tally] = [:]
        for form in forms {
            if let since = query.since, form.startedAt < since { continue }
            if let until = query.until, form.startedAt > until { continue }
            if let session = query.session, form.session != session { continue }
            for attempt in form.attempts {
                tallies[attempt.account.map { Array($0.utf8) }, default: Tally()].kinds[attempt.kind, default: 0] += 1
            }
            let last = form.attempts.last?.account.map { Array($0.utf8) }
            tallies[last, default: Tally()].exchanges += 1
            let isError = form.response.map { $0.status >= 400 } ?? true || form.ending != .complete
            if isError { tallies[last]?.errors += 1 }
            if form.replayOf != nil {
                tallies[last]?.replays += 1
            } else if let answer = form.response, answer.status == 200 {
                if case .omitted = answer.body { continue }
                tallies[last]?.output += 20
            }
        }
        return tallies
    }

    private static func random(_ number: UInt64, _ generator: inout SeededGenerator) -> SampleExchange {
        let makers: [(UInt64) -> SampleExchange] = [
            SampleExchange.success, SampleExchange.stream, SampleExchange.failover, SampleExchange.allOut,
            SampleExchange.error, SampleExchange.cancelledBeforeHead, SampleExchange.networkFailure,
            SampleExchange.truncation, SampleExchange.omittedBody,
        ]
        var form = makers[Int.random(in: 0..<makers.count, using: &generator)](number)
        form.startedAt = form.startedAt.advanced(
            byMicroseconds: Int64.random(in: -3...3, using: &generator) * 1_000_000
        )
        form.session = [nil, "s-1", "s-2"].randomElement(using: &generator) ?? nil
        if Int.random(in: 0..<5, using: &generator) == 0 { form.replayOf = "x1" }
        // Two spellings of one letter are two accounts.
        let accounts = [nil, "team-a", "Team-a", "cafe\u{301}", "caf\u{e9}"]
        for index in form.attempts.indices {
            form.attempts[index].account = accounts.randomElement(using: &generator) ?? nil
        }
        return form
    }

    private static func randomQuery(_ generator: inout SeededGenerator) -> ExchangeQuery {
        func chance() -> Bool { Int.random(in: 0..<3, using: &generator) == 0 }
        func time() -> Timestamp {
            Timestamp(microseconds: SampleExchange.tenOClock + Int64.random(in: -5...95, using: &generator) * 1_000_000)
        }
        var query = ExchangeQuery()
        if chance() { query.session = ["s-1", "s-2"].randomElement(using: &generator) }
        if chance() { query.since = time() }
        if chance() { query.until = time() }
        return query
    }
}
