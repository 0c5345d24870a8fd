import Recorder
import Replayer
import Testing

struct CostTests {
    private func bound(
        _ body: String,
        path: String = "/v1/messages",
        method: String = "POST",
        _ usage: TokenUsage?
    ) throws
        -> CostBound
    {
        var sample = RecordedSample()
        sample.body = Array(body.utf8)
        sample.path = path
        sample.method = method
        guard case .ready(let request) = try ReplayRequest.make(from: sample.recorded, .init()) else {
            throw StoreError(.notRecorded, "not ready")
        }
        return CostBound(request, recorded: usage)
    }

    @Test("the whole prompt counts as written to the cache for an hour, and every token allowed as produced")
    func theWholePromptCountsAsWrittenToTheCache() throws {
        let body = #"{"model":"claude-sonnet-4-5","max_tokens":1000}"#
        let found = try bound(
            body,
            TokenUsage(input: 100, output: 5, cacheRead: 800, cacheWrite5m: 100, cacheWrite1h: 0)
        )
        #expect(found.input == 1000)
        #expect(found.output == 1000)
        // 1000 tokens at 6 dollars a million and 1000 at 15.
        #expect(found.picodollars == 21_000_000_000)
    }

    @Test("without recorded tokens the bytes of the body are the most there can be")
    func withoutRecordedTokensTheBytesAreTheMost() throws {
        let body = #"{"model":"claude-sonnet-4-5","max_tokens":0}"#
        #expect(try bound(body, nil).input == body.utf8.count + 2000)
    }

    @Test(
        "what nobody can bound has no cost, with the reason",
        arguments: [
            (#"{"model":"m","max_tokens":1}"#, "/v1/messages", "model m"),
            (#"{"model":"claude-sonnet-4-5"}"#, "/v1/messages", "max_tokens"),
            ("", "/v1/messages/batches", "batches"),
            (
                #"{"model":"claude-sonnet-4-5","max_tokens":1,"tools":[{"name":"a"},{"type":"web_search_20250305"}]}"#,
                "/v1/messages", "web_search_20250305"
            ),
        ]
    )
    func whatNobodyCanBoundHasNoCost(body: String, path: String, reason: String) throws {
        let found = try bound(body, path: path, nil)
        #expect(found.picodollars == nil)
        #expect(found.unknown?.contains(reason) == true)
    }

    @Test("what no model answers is free")
    func whatNoModelAnswersIsFree() throws {
        #expect(try bound("", path: "/v1/models", method: "GET", nil) == .free)
        #expect(try bound("{}", path: "/v1/messages/count_tokens", nil) == .free)
    }

    @Test("a ledger never lets more be on its way than is left")
    func aLedgerNeverLetsMoreBeOnItsWay() {
        var ledger = CostLedger(limit: 100)
        let first = [60, 41, 40].map { ledger.reserve($0) }
        #expect(first == [true, false, true])
        ledger.settle(60, actual: 10)
        ledger.settle(40, actual: nil)
        #expect(ledger.spent == 50)
        #expect(ledger.reserved == 0)
        let second = [51, .max, -1, 50].map { ledger.reserve($0) }
        #expect(second == [false, false, false, true])
    }
}
