import Foundation
import Recorder
import Testing

@testable import Inspector

struct ExchangeJSONTests {
    /// What a value of a member may be.
    enum Shape {
        case text, number, bool, list, object, null
    }

    static let logShape: [(String, [Shape])] = [
        ("id", [.text]), ("address", [.text]), ("started_at", [.text]), ("session", [.text, .null]),
        ("user", [.text, .null]), ("client_key", [.text, .null]), ("method", [.text]), ("path", [.text]),
        ("model", [.text, .null]), ("stream", [.bool, .null]), ("status", [.number, .null]),
        ("error_type", [.text, .null]), ("target", [.text, .null]), ("account", [.text, .null]),
        ("attempts", [.number]), ("tokens", [.object, .null]), ("cost_usd", [.number, .null]),
        ("duration_ms", [.number]), ("ttfb_ms", [.number, .null]), ("max_gap_ms", [.number, .null]),
        ("ending", [.text]), ("request_bytes", [.number]), ("response_bytes", [.number]), ("bundle", [.text, .null]),
    ]

    static let attemptShape: [(String, [Shape])] = [
        ("address", [.text]), ("target", [.text]), ("account", [.text, .null]), ("because", [.text]),
        ("kind", [.text]), ("rejected", [.list]), ("status", [.number, .null]), ("error_type", [.text, .null]),
        ("started_at", [.text]), ("ttfb_ms", [.number, .null]), ("duration_ms", [.number]), ("ending", [.text]),
        ("cooldown_until", [.text, .null]), ("cooldown_reason", [.text, .null]), ("waited_ms", [.number]),
        ("changes", [.list]), ("failure", [.text, .null]), ("request", [.object]), ("response", [.object, .null]),
    ]

    static let requestShape: [(String, [Shape])] = [
        ("method", [.text]), ("path", [.text]), ("query", [.text, .null]), ("headers", [.list]),
        ("body_bytes", [.number]),
    ]

    static let responseShape: [(String, [Shape])] = [
        ("status", [.number]), ("headers", [.list]), ("body_bytes", [.number]), ("chunks", [.list]),
    ]

    static let forms: [SampleExchange] = [
        .success(1), .stream(2), .failover(3), .error(4), .cancelledBeforeHead(5), .networkFailure(6), .truncation(7),
        .omittedBody(8), .allOut(9),
    ]

    @Test("one line, as the design has it")
    func line() throws {
        let id = try #require(ExchangeID("0199f3c2-1d2e-7abc-8def-0123456789ab"))
        var summary = ExchangeSummary(
            id: id,
            number: 17,
            startedAt: Timestamp(microseconds: SampleExchange.tenOClock + 123_456),
            method: "POST",
            path: "/v1/messages",
            attempts: 2,
            duration: 812_400,
            requestBytes: 142_031,
            responseBytes: 5912
        )
        summary.session = "s-1"
        summary.user = "default"
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
        var json = JSONWriter()
        ExchangeJSON.writeLine(summary, into: &json)
        #expect(
            String(decoding: json.bytes, as: UTF8.self)
                == #"{"id":"0199f3c2-1d2e-7abc-8def-0123456789ab","address":"x17","#
                + #""started_at":"2026-11-20T10:00:00.123456Z","session":"s-1","user":"default","client_key":null,"#
                + #""method":"POST","path":"/v1/messages","model":"claude-sonnet-4-5-20250929","stream":true,"#
                + #""status":429,"error_type":"rate_limit_error","target":"anthropic","account":"team-a","attempts":2,"#
                + #""tokens":{"input":12,"output":20,"cache_read":0,"cache_write_5m":0,"cache_write_1h":null},"#
                + #""cost_usd":0.000336,"duration_ms":812.4,"ttfb_ms":640.1,"max_gap_ms":95.0,"ending":"complete","#
                + #""request_bytes":142031,"response_bytes":5912,"bundle":null}"# + "\n"
        )
    }

    @Test("a line of logs has every key and right types in every form", arguments: forms)
    func logSchema(form: SampleExchange) throws {
        let store = try SampleStore()
        try store.add(form)
        let summary = try #require(try store.open().list(ExchangeQuery()).first)
        var json = JSONWriter()
        ExchangeJSON.writeLine(summary, into: &json)
        check(try object(json.bytes), Self.logShape)
        #expect(json.bytes.filter { $0 == 0x0A }.count == 1)
    }

    @Test("a detail has every key and right types in every form", arguments: forms)
    func detailSchema(form: SampleExchange) throws {
        let detail = try detail(form)
        var shape = Self.logShape.filter { $0.0 != "attempts" }
        shape += [("request", [.object]), ("response", [.object, .null]), ("attempts", [.list])]
        shape.append(("decision", [.object, .null]))
        check(detail, shape)
        checkMessages(of: detail)
        let attempts = try #require(detail["attempts"] as? [[String: Any]])
        #expect(attempts.count == form.attempts.count)
        for (index, attempt) in attempts.enumerated() {
            check(attempt, Self.attemptShape)
            checkMessages(of: attempt)
            #expect(attempt["address"] as? String == "x\(form.number).\(index + 1)")
        }
    }

    @Test("the null rules of each form")
    func nulls() throws {
        let success = try detail(.success(1))
        #expect((success["tokens"] as? [String: Any])?["input"] as? Int == 12)
        #expect(success["path"] as? String == "/v1/messages")
        #expect(success["error_type"] is NSNull)

        let error = try detail(.error(1))
        #expect(error["tokens"] is NSNull)
        #expect(error["cost_usd"] is NSNull)
        #expect(error["error_type"] as? String == "rate_limit_error")
        #expect(error["ending"] as? String == "complete")

        let cancelled = try detail(.cancelledBeforeHead(1))
        #expect(cancelled["status"] is NSNull)
        #expect(cancelled["response"] is NSNull)
        #expect(cancelled["ttfb_ms"] is NSNull)
        #expect(cancelled["ending"] as? String == "client_cancelled")

        let network = try detail(.networkFailure(1))
        let attempt = try #require((network["attempts"] as? [[String: Any]])?.first)
        #expect(network["status"] as? Int == 502)
        #expect(attempt["status"] is NSNull)
        #expect(attempt["kind"] as? String == "network")
        #expect(attempt["failure"] as? String == "connection refused")

        let truncation = try detail(.truncation(1))
        #expect(truncation["ending"] as? String == "truncated")
        #expect((truncation["attempts"] as? [[String: Any]])?.first?["kind"] as? String == "stream_error")
    }

    @Test("a body that was not stored keeps its length and carries the reason")
    func omission() throws {
        let response = try #require(try detail(.omittedBody(1))["response"] as? [String: Any])
        #expect(response["body_bytes"] as? Int == 91)
        #expect(response["body_omitted"] as? String == "content-encoding br")
    }

    @Test("the story of a failover is in the attempts")
    func failover() throws {
        let attempts = try #require(try detail(.failover(3))["attempts"] as? [[String: Any]])
        #expect(attempts[0]["status"] as? Int == 429)
        #expect(attempts[0]["error_type"] as? String == "rate_limit_error")
        #expect(attempts[0]["cooldown_until"] as? String == "2026-11-20T11:00:00.000000Z")
        #expect(attempts[0]["cooldown_reason"] as? String == "5h window spent")
        #expect(attempts[0]["waited_ms"] as? Double == 0)
        #expect(attempts[0]["ttfb_ms"] as? Double == 100)
        #expect(attempts[1]["cooldown_reason"] is NSNull)
        #expect(attempts[1]["started_at"] as? String == "2026-11-20T10:00:03.300000Z")
        let rejected = try #require((attempts[1]["rejected"] as? [[String: String]])?.first)
        #expect(rejected == ["account": "team-a", "because": "cooling down"])
        let headers = (attempts[0]["request"] as? [String: Any])?["headers"] as? [[String]]
        #expect(headers == [["Content-Type", "application/json"]])
    }

    @Test("why nothing more was tried is told, with whom was passed over for what and how long was waited")
    func decision() throws {
        let detail = try detail(.allOut(9))
        #expect((detail["attempts"] as? [[String: Any]])?[1]["waited_ms"] as? Double == 1240)
        let decision = try #require(detail["decision"] as? [String: Any])
        #expect(Set(decision.keys) == ["because", "rejected", "waited_ms"])
        #expect(decision["because"] as? String == "every account is out; team-b is back first")
        #expect(decision["waited_ms"] as? Double == 2000)
        #expect(
            decision["rejected"] as? [[String: String]] == [
                ["account": "team-a", "because": "5h window spent"],
                ["account": "team-b", "because": "told to wait 60 s"],
            ]
        )
        #expect(try self.detail(.failover(3))["decision"] is NSNull)
    }

    @Test("events are lines with their address, time, name and data")
    func events() throws {
        let store = try SampleStore()
        try store.add(.stream(2))
        let recorded = try #require(try store.open().find(.address(ExchangeAddress(exchange: 2))))
        let response = try #require(recorded.exchange.response)
        var json = JSONWriter()
        for event in EventDecoding.events(of: response, body: try recorded.body(response.body)) {
            ExchangeJSON.writeEvent(event, of: ExchangeAddress(exchange: 2, attempt: 1), into: &json)
        }
        let lines = String(decoding: json.bytes, as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 4)
        #expect(lines[1] == #"{"address":"x2.1.e2","offset_us":735100,"event":"ping","data":{"type":"ping"}}"#)
    }

    @Test("data that is no JSON is a text")
    func plainEvent() {
        var json = JSONWriter()
        let event = RecordedEvent(index: 5, offset: 12, name: nil, data: Array("[DONE".utf8))
        ExchangeJSON.writeEvent(event, of: ExchangeAddress(exchange: 17, attempt: 2), into: &json)
        #expect(
            String(decoding: json.bytes, as: UTF8.self)
                == #"{"address":"x17.2.e5","offset_us":12,"event":null,"data":"[DONE"}"# + "\n"
        )
    }

    // MARK: - Checking

    private func detail(_ form: SampleExchange) throws -> [String: Any] {
        let store = try SampleStore()
        try store.add(form)
        let recorded = try #require(try store.open().find(.address(ExchangeAddress(exchange: form.number))))
        var json = JSONWriter()
        ExchangeJSON.writeDetail(recorded, into: &json)
        return try object(json.bytes)
    }

    private func object(_ bytes: [UInt8]) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    }

    private func checkMessages(of object: [String: Any]) {
        if let request = object["request"] as? [String: Any] { check(request, Self.requestShape) }
        guard var response = object["response"] as? [String: Any] else { return }
        response["body_omitted"] = nil
        check(response, Self.responseShape)
    }

    private func check(_ object: [String: Any], _ shape: [(String, [Shape])]) {
        #expect(Set(object.keys) == Set(shape.map(\.0)))
        for (key, allowed) in shape {
            if let value = object[key] { #expect(allowed.contains(self.shape(of: value)), "\(key) is \(value)") }
        }
    }

    private func shape(of value: Any) -> Shape {
        switch value {
        case is NSNull: .null
        case is String: .text
        case is [Any]: .list
        case is [String: Any]: .object
        // A truth value is a number to Foundation as well, so the question about it comes first.
        case let number as NSNumber where isTruthValue(number): .bool
        default: .number
        }
    }

    private func isTruthValue(_ number: NSNumber) -> Bool {
        String(cString: number.objCType) == "c"
    }
}
